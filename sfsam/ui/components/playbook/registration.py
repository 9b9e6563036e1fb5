"""Register a Salesforce application: which app, which grant, the steps in Salesforce, the metadata project."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import KeyPairAnswer, PlaybookAnswer
from sfsam.domain.commands import MakeKeyPair, MetadataProject, SaveRegistration
from sfsam.domain.playbook import Page, RegistrationPath
from sfsam.domain.profiles import GrantType, Purpose
from sfsam.ui import frames, viewer
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, failures, tables
from sfsam.ui.components.playbook import checklist, entering, frame
from sfsam.ui.components.playbook.entering import entered

PAGE = Page.REGISTER_APPLICATION


def choice(book: PlaybookAnswer) -> None:
    """Which kind of app, which grant, and what the steps below need to know."""
    given, key = book.registration, book.profile_id
    with cards.card("registration", "The application"):
        with st.container(horizontal=True, gap="medium"):
            st.segmented_control(
                "Kind of app",
                list(RegistrationPath),
                format_func=messages.PATH_WORDS.__getitem__,
                default=given.path,
                required=True,
                key=f"path_{key}",
                on_change=_choose,
                args=(book,),
            )
            st.segmented_control(
                "Grant type",
                list(GrantType),
                format_func=messages.GRANT_WORDS.__getitem__,
                default=given.grant,
                required=True,
                key=f"grant_{key}",
                on_change=_choose,
                args=(book,),
            )
        st.caption(f"{messages.PATH_HELP[given.path]} {messages.GRANT_HELP[given.grant]}")
        name, mail = st.columns(2)
        name.text_input("App name", given.app_name, key=f"app_name_{key}", max_chars=40)
        mail.text_input("Contact e-mail", given.contact_email, key=f"mail_{key}", max_chars=80)
        st.text_input(
            "My Domain of the org (optional)",
            given.url,
            key=f"domain_{key}",
            placeholder="https://yourcompany.my.salesforce.com",
            help=messages.DEEP_LINKS,
            max_chars=200,
        )


def steps(book: PlaybookAnswer) -> None:
    """What to do on Salesforce's screens, in their order."""
    checklist.card(book, PAGE, "In Salesforce", {"upload_certificate": lambda: key_pair(book, Purpose.READ)})


def metadata(book: PlaybookAnswer) -> None:
    """The project that creates the permission sets, and a new app, in one command."""
    is_new = book.registration.path is RegistrationPath.EXTERNAL_CLIENT_APP
    with cards.card("metadata", "Or let one command do it"):
        st.markdown(messages.METADATA if is_new else messages.METADATA_OF_SETS)
        st.code(messages.METADATA_COMMAND, language=None)
        with failures.told():
            st.download_button(
                "Download the metadata project",
                lambda: frames.send(MetadataProject(profile=book.profile_id, actor=viewer.person().name)).data,
                file_name="sfsam-metadata.zip",
                mime="application/zip",
                icon=":material/folder_zip:",
                key="metadata",
                on_click=_choose,
                args=(book,),
            )
        st.caption(messages.PROPAGATION)


def grants() -> None:
    """How the grant types differ."""
    with cards.card("grants", "The grant types compared"):
        tables.small(messages.GRANTS_COMPARED, alt="How the three grant types differ")


def key_pair(book: PlaybookAnswer, purpose: Purpose) -> None:
    """Make the key pair of the JWT bearer grant, and hand out the certificate."""
    connection = book.read if purpose is Purpose.READ else book.act
    certificate = connection.certificate if connection else ""
    st.caption(messages.KEY_PAIR)
    with st.container(horizontal=True):
        if certificate:
            st.download_button(
                "Download the certificate",
                certificate,
                file_name="sfsam.crt",
                mime="application/x-pem-file",
                icon=":material/download:",
                key=f"certificate_{purpose}",
                on_click="ignore",
            )
        st.button(
            "Make a new key pair" if certificate else "Make the key pair",
            icon=":material/key:",
            type="tertiary" if certificate else "secondary",
            key=f"make_key_{purpose}",
            on_click=_make_key_pair,
            args=(book, purpose),
        )


def save(book: PlaybookAnswer) -> PlaybookAnswer:
    """Send what stands in the fields. Raises UsageError, AddressRefused."""
    given, key = book.registration, book.profile_id
    answer: PlaybookAnswer = entering.send(
        SaveRegistration,
        profile=book.profile_id,
        path=st.session_state.get(f"path_{key}") or given.path,
        grant=st.session_state.get(f"grant_{key}") or given.grant,
        app_name=entered(f"app_name_{key}", given.app_name),
        contact_email=entered(f"mail_{key}", given.contact_email),
        url=entered(f"domain_{key}", given.url),
    )
    return answer


def _choose(book: PlaybookAnswer) -> None:
    """Another kind of app or grant has other steps, and the project is made of what was saved: so save at once."""
    frame.kept(lambda: save(book))


def _make_key_pair(book: PlaybookAnswer, purpose: Purpose) -> None:
    def make() -> KeyPairAnswer:
        answer: KeyPairAnswer = entering.send(MakeKeyPair, profile=book.profile_id, purpose=purpose)
        return answer

    frame.kept(make)
