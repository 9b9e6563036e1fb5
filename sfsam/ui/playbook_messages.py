"""Every sentence of the set-up playbook and of the pages about integration profiles.

The same voice as sfsam/ui/messages.py. The names of Salesforce's screens and fields are Salesforce's own.
"""

from __future__ import annotations

from sfsam.charts.formats import counted
from sfsam.domain.answers import PageRow, PlaybookAnswer, ProfileAnswer, StepRow, ValidationAnswer
from sfsam.domain.playbook import Page, PageStatus, RegistrationPath
from sfsam.domain.profiles import GrantType, Process, ProfileStatus
from sfsam.ui.formats import plain

PAGE_WORDS = {
    Page.REGISTER_APPLICATION: "Register application",
    Page.PROFILE_DETAILS: "Profile details",
    Page.CONNECTION_AND_CREDENTIAL: "Connection and credential",
    Page.ADDITIONAL_ORGS: "Additional org",
    Page.REVIEW_AND_PUBLISH: "Review and publish",
}
PAGE_LEADS = {
    Page.REGISTER_APPLICATION: "Register an application in Salesforce, so that sfsam may ask your org.",
    Page.PROFILE_DETAILS: "Name the profile; its name stands in every report.",
    Page.CONNECTION_AND_CREDENTIAL: "Connect sfsam to your org.",
    Page.ADDITIONAL_ORGS: "Connect another Salesforce org, or go on with this one.",
    Page.REVIEW_AND_PUBLISH: "Review what was entered, validate the connection, and publish.",
}
STATUS_WORDS = {
    PageStatus.NOT_STARTED: "Not started",
    PageStatus.IN_PROGRESS: "In progress",
    PageStatus.COMPLETE: "Complete",
}
PATH_WORDS = {
    RegistrationPath.EXTERNAL_CLIENT_APP: "New External Client App",
    RegistrationPath.CONNECTED_APP: "Existing connected app",
}
PATH_HELP = {
    RegistrationPath.EXTERNAL_CLIENT_APP: "What Salesforce offers since Spring '26; new connected apps are off by "
    "default.",
    RegistrationPath.CONNECTED_APP: "For an org that has a connected app already. It keeps working and can be edited.",
}
GRANT_WORDS = {
    GrantType.AUTHORIZATION_CODE: "Authorization code",
    GrantType.CLIENT_CREDENTIALS: "Client credentials",
    GrantType.JWT_BEARER: "JWT bearer",
}
GRANT_HELP = {
    GrantType.AUTHORIZATION_CODE: "You log in to Salesforce once in this browser; the app then acts as that user.",
    GrantType.CLIENT_CREDENTIALS: "Nobody logs in. The app runs as one integration user, set in its policies.",
    GrantType.JWT_BEARER: "Nobody logs in and there is no secret: a key made here signs, its certificate is uploaded.",
}
GRANTS_COMPARED = [
    {"": "Who logs in", "Authorization code": "You, once", "Client credentials": "Nobody", "JWT bearer": "Nobody"},
    {
        "": "Acts as",
        "Authorization code": "Whoever logged in",
        "Client credentials": "The run-as user of the app",
        "JWT bearer": "The user name you enter",
    },
    {
        "": "Kept here, encrypted",
        "Authorization code": "Secret, refresh token",
        "Client credentials": "Secret",
        "JWT bearer": "Private key",
    },
    {
        "": "Scopes",
        "Authorization code": "`api`, `refresh_token`",
        "Client credentials": "`api`",
        "JWT bearer": "`api`, `refresh_token`",
    },
    {
        "": "Ends when",
        "Authorization code": "The token is revoked",
        "Client credentials": "The secret is rotated",
        "JWT bearer": "The certificate expires",
    },
]
STEP_TITLES = {
    "deploy_metadata": "Deploy the metadata project instead of clicking through the steps below",
    "create_app": "Open **External Client App Manager**, choose **New External Client App**, fill in **Basic "
    "Information**",
    "open_app": "Open the connected app in **App Manager** and choose **Edit**",
    "enable_oauth": "Under **API (Enable OAuth Settings)** choose **Enable OAuth**, and enter",
    "require_pkce": "Under **Security** require PKCE and keep the secret required",
    "enable_client_credentials": "Under **Flow Enablement** enable the client credentials flow",
    "upload_certificate": "Under **Flow Enablement** enable the JWT bearer flow and upload the certificate",
    "set_policies": "Choose **Create**, then **Policies** and **Edit**, and set",
    "assign_permissions": "Give the integration user the permission sets",
    "copy_consumer_key": "Under **Settings**, **OAuth Settings**, open **Consumer Key and Secret** and copy both",
    "add_child_alias": "Choose a child alias for the other org",
    "connect_child_alias": "Connect the other org in its own playbook",
}
ACTION_WORDS = {
    "playbook.started": "Started the playbook",
    "playbook.steps_saved": "Ticked or cleared steps",
    "playbook.registration_saved": "Saved the application",
    "playbook.details_saved": "Saved the details",
    "playbook.page_completed": "Marked the page complete",
    "playbook.page_reopened": "Opened the page again",
    "connection.saved": "Saved the connection",
    "connection.removed": "Removed the connection for reclaim",
    "connection.key_pair_made": "Made a key pair",
    "connection.secret_replaced": "Entered a new secret",
    "connection.logged_in": "Came back from Salesforce's log-in",
    "connection.connected": "Connected the org",
    "profile.drafted": "Entered the profile",
    "profile.checked": "Checked the permissions",
    "profile.validated": "Validated the connection",
    "profile.published": "Published the profile",
}
DETAIL_WORDS = {True: "yes", False: "no", None: "—"}
NO_PROFILE = (
    "Whose playbook?",
    "Each integration profile has its own playbook. Create an integration, or open one that is not published yet.",
)
PROFILE_GONE = "This profile does not exist any more. It may have been deleted in another window."
NO_INTEGRATION_PROFILES = (
    "No integration profile yet",
    "An integration profile is one Salesforce org under management. The playbook leads from nothing to a published "
    "profile in five pages.",
)
METADATA = (
    "One project creates the app and two permission sets: **sfsam_Read** for the daily download and **sfsam_Reclaim** "
    "for taking seats back. Unpack it and run in its folder:"
)
METADATA_OF_SETS = (
    "Your connected app stays as it is. One project creates two permission sets: **sfsam_Read** for the daily download "
    "and **sfsam_Reclaim** for taking seats back. Unpack it and run in its folder:"
)
METADATA_COMMAND = "sf project deploy start --target-org YOUR-ORG"
DEEP_LINKS = "With the My Domain address the steps below link into your org's Setup."
PROPAGATION = "Salesforce may need up to ten minutes until a new app answers."
SECRET_STORED = "Stored, hidden. Enter to replace"  # noqa: S105  a sentence, no secret
KEY_PAIR = "The private key is made on this server and encrypted; it never leaves it. Upload the certificate."
SAVE_FIRST = "Save the connection; then Salesforce's log-in opens in this tab."
ANOTHER_ORG = "I know that this is another org than before, and connect the profile to it."
NOT_CONNECTED = "Nothing is connected yet. The org's id, edition and user appear here after the token was made."
CHANGED_SINCE = "The connection was changed after this org answered. Create a token to see what it reaches now."
RECONNECT = "The stored secret or token cannot be read with this server's key. Enter the secret again and reconnect."
ACT_TITLE = "A second connection for reclaim (recommended)"
ACT_WHY = (
    "Daily reading needs no administrator; reclaim does. With an app and a user of their own for changes, the "
    "connection that works every day can do no harm. Both belong to the same org."
)
ACT_HOW = (
    "Register a second app as before, with a user who holds **sfsam_Reclaim**. Only reclaim and restore use this "
    "connection; downloads never do."
)
ORGS_WHY = (
    "Every org is a profile of its own. The first uses the parent alias **Salesforce**; each further org gets a child "
    "alias with its own app and user. All of them stand in one list; nothing has to be switched."
)
DOWNLOAD_BOX = "Who holds which license, and when it was last used. Always on."
RECLAIM_BOX = "Seats can be taken back after a plan and a confirmation."
REPORT_ONLY = "Report-only: candidates are found and listed, and nothing is ever sent to this org."
CONSUMPTION_BOX = "Units allowed and used of consumption and login-based licenses."
ACTIVITY_BOX = "Comes with the download; there is no subflow of its own for Salesforce."
VALIDATION_CHANGES_NOTHING = "Reads every object the profile will read and looks up every right; changes nothing."
NOT_VALIDATED = "Not validated yet. *Publish* opens after a validation of exactly these settings."
OUTDATED = "Something was changed after this validation. Validate again; only what was validated is published."
UNKNOWN_LINES = "What Salesforce lets nobody look up shows at its first use. It is never counted as granted."
PUBLISH_CONSEQUENCES = (
    "The profile becomes published, its jobs are created, and the first download starts at once.",
    "Downloading only reads.",
)
NO_MODELS = ("No software models yet", "They are made from the licenses of the first download.")
NO_SUBSCRIPTIONS = ("No subscriptions yet", "Who holds which license is known after the first download.")
NO_CONSUMPTION = (
    "No consumption",
    "The org shows nothing that is bought by use, the connected user may not see it, or the profile leaves it out.",
)
NO_UNRECOGNIZED = ("Every identifier is recognized", "An identifier that the catalog does not know would stand here.")
NO_EXCLUSIONS = (
    "No exclusions",
    "Excluding an identifier or a person keeps their seats out of the candidates. None is excluded in this org.",
)
NO_RESULTS = ("No job results yet", "The first download leaves its result here.")
NO_SCHEDULE = (
    "Nothing runs by itself yet",
    "Publishing the profile creates its jobs.",
)
NOTHING_IN_SALESFORCE = "Nothing changes in Salesforce. Remove the app there too if it is not needed any more."
PAUSED = "Paused: downloads and the search for candidates leave this profile out until it is resumed."
DRAFT = "A draft does nothing until it is published."

VENDOR_NEEDS = {
    Process.DOWNLOAD: ("API Enabled; View Setup and Configuration; View All Users", "Download subscriptions"),
    Process.ACTIVITY: ("Monitor Login History; Freeze Users, or Manage Users for both", "Last activity"),
    Process.RECLAIM: (
        "Manage Internal Users; Assign Permission Sets; Freeze Users; Manage Package Licenses",
        "Reclaim subscriptions",
    ),
    Process.CONSUMPTION: ("API Enabled; View Setup and Configuration", "Download consumption"),
}


def page_lead(book: PlaybookAnswer, page: Page) -> str:
    """What this page is for, and the one thing that stands out on it now."""
    words = f"**{PAGE_LEADS[page]}**"
    row = next(each for each in book.pages if each.page is page)
    if row.waits_for:
        return words
    if page is Page.CONNECTION_AND_CREDENTIAL and book.read:
        return f"{words} {_connection_now(book)}"
    if page is Page.REVIEW_AND_PUBLISH:
        return f"{words} {validation_now(book.validation)}"
    if row.status is PageStatus.COMPLETE:
        return f"{words} This page is complete."
    return words


def whose(book: PlaybookAnswer) -> str:
    """The profile whose playbook it is, and its status."""
    return f"Integration profile **{plain(book.name)}**, {book.status.value}"


def _connection_now(book: PlaybookAnswer) -> str:
    if book.read is None or book.read.trouble:
        return "The last attempt did not reach it."
    if book.read.connected_at and book.read.org:
        return f"{plain(book.read.org.name)} answered."
    return "The token is still missing."


def validation_now(validation: ValidationAnswer | None) -> str:
    """Whether the profile may be published, in a sentence."""
    if validation is None:
        return "It is not validated yet."
    if not validation.fits:
        return "Something was changed since the validation."
    missing = sum(check.ok is False for check in validation.checks)
    if validation.passed:
        also = f"; {counted(missing, 'line that is not needed is', 'lines that are not needed are')} missing"
        return f"The validation passed{also if missing else ''}."
    return f":primary[{counted(missing, 'line is', 'lines are')} missing.]"


def under_bar(row: PageRow, number: int, *, is_here: bool) -> str:
    """The small words under the page's name in the progress header."""
    if row.waits_for:
        return f"Opens after step {list(Page).index(row.waits_for[-1]) + 1}"
    if row.status is PageStatus.COMPLETE:
        return "Complete"
    if is_here:
        return f"Step {number} of 5, in progress"
    return "Optional" if row.optional else STATUS_WORDS[row.status]


def locked(row: PageRow) -> tuple[str, str]:
    """Title and sentence of a page whose turn has not come."""
    first = PAGE_WORDS[row.waits_for[0]]
    return ("Not yet", f"The pages have an order. Complete *{first}* first; then {PAGE_WORDS[row.page]} opens.")


def steps_done(steps: list[StepRow]) -> str:
    """2 of 3 done; optional steps count once they are done."""
    counting = [step for step in steps if step.required or step.done]
    if not counting:
        return "Optional"
    return f"{sum(step.done for step in counting)} of {len(counting)} done"


def profiles_lead(profiles: list[ProfileAnswer]) -> str:
    """How many orgs are connected, how many profiles wait, and whether one is troubled."""
    published = sum(each.status is ProfileStatus.PUBLISHED for each in profiles)
    drafts = len(profiles) - published
    lost = sum(each.reconnect_required for each in profiles)
    first = f"**{counted(published, 'profile', 'profiles')}** {'is' if published == 1 else 'are'} published"
    waiting = f"; {counted(drafts, 'draft waits', 'drafts wait')} to be published" if drafts else ""
    also = f" :primary[{counted(lost, 'profile has', 'profiles have')} to be reconnected.]" if lost else ""
    return f"{first}{waiting}.{also}"


def entered(detail: dict[str, object]) -> str:
    """What an entry of the activity log says was entered, as text."""
    parts = []
    for name, value in detail.items():
        said = (
            ", ".join(f"{key} {_word(each)}" for key, each in value.items())
            if isinstance(value, dict)
            else _word(value)
        )
        parts.append(f"{name.replace('_', ' ')}: {said}")
    return plain("; ".join(parts)) if parts else ""


def _word(value: object) -> str:
    if value is None or isinstance(value, bool):
        return DETAIL_WORDS[value]
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
