"""What is too long to be read at once is not written here."""

from __future__ import annotations

import ast

from tests.architecture.house import PROJECT, python_files

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60


def test_no_file_of_the_product_is_too_long() -> None:
    ours = [path for path in python_files() if path.relative_to(PROJECT).parts[0] != "tests"]
    lengths = {str(path.relative_to(PROJECT)): len(path.read_text(encoding="utf-8").splitlines()) for path in ours}
    assert len(lengths) > 150
    assert {path: length for path, length in lengths.items() if length > LINES_OF_A_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{path.relative_to(PROJECT)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(lengths) > 1_000
    assert {name: length for name, length in lengths.items() if length > LINES_OF_A_FUNCTION} == {}
