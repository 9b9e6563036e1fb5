"""First and last names from many places; the spelling in an e-mail address follows where it differs."""

from __future__ import annotations

FIRST_NAMES = """
Aaliyah Aarav Adriana Ahmed Aiko Alejandro Alice Amara Amelia Ana Anders Andrea Ángela/Angela Anjali
Anna Antoine Arjun Astrid Ayşe/Ayse Benjamin Bianca Björn/Bjorn Bruno Camila Carlos Céline/Celine
Chen Chiara Chloé/Chloe Claire Daniel Daria David Deepa Diego Elena Eleni Elif Elżbieta/Elzbieta
Emeka Emma Erik Eszter Fatima Felix Fernanda Fiona François/Francois Frida Gabriel Giulia Grace
Haruto Hana Helena Henrik Hugo Ibrahim Ingrid Isabella Ivan Jakub James Javier Jin João/Joao Johanna
José/Jose Julia Jürgen/Jurgen Kaito Karim Katarzyna Kenji Kofi Krzysztof Laila Lars Laura Léa/Lea
Leila Liam Linh Lucas Lucía/Lucia Łukasz/Lukasz Maja Malik Marek María/Maria Marta Mateo Maximilian
Mei Mia Michał/Michal Miguel Mohammed Naomi Natalia Nia Nikolai Nils Noah Nora Oleksandr Olga Olivia
Omar Óscar/Oscar Pablo Paola Petra Pierre Priya Rachel Rafael Rania Ravi Renée/Renee Ricardo Rohan
Sakura Samuel Sanjay Sara Sebastian Siddharth Sigrid Simone Sofia Søren/Soren Stefan Sven Tariq
Tereza Thabo Thomas Tomás/Tomas Valentina Viktor Wei William Xin Yasmin Yuki Yusuf Zahra Zoë/Zoe
Zuzana
"""

LAST_NAMES = """
Abebe Adeyemi Ahmed Almeida Andersson Bakker Banerjee Bauer Becker Bennett Bianchi Björk/Bjork Brown
Campbell Carvalho Chan Chen Clark Costa Cruz Dąbrowski/Dabrowski Das Dubois Díaz/Diaz Eriksson Evans
Fernández/Fernandez Fischer Fontaine Fujita García/Garcia Gomes González/Gonzalez Green Gupta
Gustafsson Haddad Hall Hansen Hassan Hernández/Hernandez Hoffmann Horváth/Horvath Huang Ibrahim Ito
Ivanov Jackson Jain Janssen Jensen Johansson Jones Kamau Kaya Khan Kim Kobayashi Kovács/Kovacs
Kowalska Kowalski Kumar Larsen Laurent Lee Lefèvre/Lefevre Lehmann Lewis Li Lindqvist López/Lopez
MacDonald Mahlangu Martin Martínez/Martinez Mazur McCarthy Mehta Meyer Mishra Moreau Moretti Morgan
Müller/Muller Muñoz/Munoz Murphy Nakamura Nair Nguyễn/Nguyen Nielsen Novák/Novak Novotná/Novotna
O'Brien/OBrien O'Neill/ONeill Okafor Okonkwo Oliveira Olsen Owusu Öztürk/Ozturk Park Patel Pereira
Pérez/Perez Petrov Popescu Ramírez/Ramirez Rao Reddy Ribeiro Ricci Richter Rodríguez/Rodriguez
Romano Rossi Russo Sánchez/Sanchez Santos Sato Schmidt Schneider Schröder/Schroder Sharma Shevchenko
Silva Singh Smith Sørensen/Sorensen Suzuki Svoboda Takahashi Tanaka Taylor Thomas Torres Tran Turner
Van-den-Berg/vandenBerg Vargas Virtanen Wagner Walker Wang Watanabe Weber White Williams Wilson
Wiśniewski/Wisniewski Wójcik/Wojcik Wong Wright Wu Yamamoto Yang Yıldız/Yildiz Young Zając/Zajac
Zhang Zhou Zimmermann
"""


def numbered(names: str) -> list[tuple[int, str, str]]:
    """Position, name as written, name as in an address."""
    pairs = (name.partition("/") for name in names.split())
    return [(i, written.replace("-", " "), (plain or written).lower()) for i, (written, _, plain) in enumerate(pairs)]
