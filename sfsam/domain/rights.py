"""Who may do what: the one table of commands, pages, routes and command lines. What is not in it, nobody may.

Services refuse by it, pages hide by it, routes and the command line ask it first; docs/sign-in.md shows it, and tests
compare it with what there is.
"""

from __future__ import annotations

from collections.abc import Mapping

from sfsam.domain import commands as order
from sfsam.domain.roles import ADMINS, EVERYONE, INTEGRATORS, MANAGERS, NOBODY, OPERATORS, Caller, Role, Roles
from sfsam.errors import RoleMissing

_COMMANDS_OF: Mapping[Roles, tuple[type[order.Command], ...]] = {
    EVERYONE: (
        order.Diagnose,
        order.Enqueue,  # and the job inside it, which has a line of its own
        order.Export,
        order.ExportRead,
        order.ImportTemplate,
        order.ListCandidates,
        order.ListEntitlements,
        order.ListExclusions,
        order.ListImports,
        order.GiveAnswer,  # whoever has the link has the right
        order.ListJobs,
        order.ListNotices,
        order.OpenAnswerLink,
        order.ShowMail,
        order.ListPeople,
        order.ListProfiles,
        order.ListOrders,
        order.ListReclamationRules,
        order.ListSchedules,
        order.ListSoftwareModels,
        order.ListUnmatched,
        order.ListUnrecognized,
        order.PreviewExclusion,
        order.PreviewReclamationRule,
        order.PreviewRule,
        order.ShowActivityLog,
        order.ShowAudit,
        order.ShowJob,
        order.ShowPlaybook,
        order.ShowPosition,
        order.ShowStop,
        order.ShowRenewalReport,
    ),
    OPERATORS: (
        order.CancelJob,
        order.Download,
        order.Housekeep,
        order.Identify,
        order.Reconcile,
        order.Remind,
        order.ResolvePeople,
        order.RunScheduleNow,
        order.Settle,
        order.Validate,
    ),
    MANAGERS: (
        order.AddExclusion,
        order.ApproveOrder,  # the order itself asks that it be another person
        order.ApproveKeep,
        order.RejectKeep,
        order.SendTrialMail,
        order.ConfirmMatch,
        order.DeleteReclamationRule,
        order.DropRows,
        order.EnterSaving,
        order.ForgetMatch,
        order.ImportFile,
        order.KeepMapping,
        order.MapIdentifier,
        order.MoveCandidate,
        order.OrderRules,
        order.PlanReclaim,
        order.PlanRestore,
        order.ProposeCandidate,
        order.Reclaim,
        order.RefuseOrder,
        order.RemoveEntitlement,
        order.RemoveExclusion,
        order.RemoveRule,
        order.RemoveSaving,
        order.RepairRow,
        order.RequestReclaim,
        order.Restore,
        order.RevertPrice,
        order.SaveEntitlement,
        order.SavePrice,
        order.SaveReclamationRule,
        order.SaveRule,
        order.StopReclaiming,
        order.TurnReclamationRule,
        order.UnmapIdentifier,
    ),
    INTEGRATORS: (
        order.BeginAuthorization,
        order.ChangeSchedule,
        order.Connect,
        order.CreateToken,
        order.DeleteProfile,
        order.DraftProfile,
        order.FinishAuthorization,
        order.MakeKeyPair,
        order.MarkComplete,
        order.MetadataProject,
        order.Pause,
        order.PauseSchedule,
        order.PreviewDelete,
        order.Publish,
        order.RemoveConnection,
        order.Reopen,
        order.ReplaceSecret,
        order.Resume,
        order.ResumeSchedule,
        order.SaveConnection,
        order.SaveDetails,
        order.SaveRegistration,
        order.SaveSteps,
        order.SetReclaim,
        order.StartPlaybook,
        order.StartPracticeOrg,
        order.StopPracticeOrg,
    ),
    ADMINS: (
        order.AdoptBackup,
        order.AllowReclaiming,  # not whoever was stopped: it takes the role of whoever answers for the whole
        order.BackUp,
        order.ErasePerson,
        order.RestoreBackup,
        order.RotateKey,
        order.SetFourEyes,
    ),
}
COMMANDS: Mapping[type[order.Command], Roles] = {
    command: roles for roles, commands in _COMMANDS_OF.items() for command in commands
}

COMMAND_LINE: Mapping[str, Roles] = {
    words: roles
    for roles, lines in {
        EVERYONE: "notices, notices list, "
        "audit, candidate, candidates, doctor, emulator, entitlements, exclusions, exclusions list, export, "
        "job, job list, jobs, key, models, orders, orders list, people, people list, people unmatched, position, "
        "profile, profiles, report, rules, rules list, rules preview, serve, unrecognized",
        OPERATORS: "download, housekeep, identify, job run, people resolve, profile validate, reconcile, remind, "
        "settle",
        MANAGERS: "approve, notices test, reject, "
        "candidate keep, candidate ready, exclusions add, exclusions remove, import, map, orders approve, "
        "orders refuse, people match, propose, reclaim, restore, rules delete, rules off, rules on, rules save, "
        "stop-reclaiming, unmap",
        INTEGRATORS: "connect, demo, job change, job pause, job resume, profile delete, profile pause, "
        "profile publish, profile resume",
        ADMINS: "allow-reclaiming, backup, key rotate, people erase, restore-backup",
    }.items()
    for words in lines.split(", ")
}
"""Each command line by its words."""

PAGES: Mapping[str, Roles] = {
    page: roles
    for roles, pages in {
        EVERYONE: "start overview utilization subscriptions software_models unrecognized_identifiers exclusions people "
        "person entitlements renewals consumption reconciliation rules savings profiles jobs audit notifications",
        MANAGERS: "candidates",
        INTEGRATORS: "welcome integrations register_application profile_details connection_and_credential "
        "additional_orgs review_and_publish integration_profile",
    }.items()
    for page in pages.split()
}
"""Each page by the last part of its address."""

ROUTES: Mapping[str, Roles | None] = {
    # Ours. None: whoever asks, without a sign-in.
    "/healthz": None,
    "/readyz": None,
    "/answer": None,  # whoever has a link of a mail has the right
    "/metrics": None,  # asks for a token of its own
    "/oauth/start": INTEGRATORS,
    "/oauth/callback": INTEGRATORS,
    # Streamlit's, around the pages. The pages themselves are asked over /_stcore/stream, and ask who it is.
    "/_stcore/health": None,
    "/_stcore/host-config": None,
    "/_stcore/stream": None,
    "/_stcore/upload_file": OPERATORS,
    "/_stcore/bidi-components": EVERYONE,
    "/_stcore/metrics": NOBODY,
    "/_stcore/script-health-check": NOBODY,
    "/_stcore/agent": NOBODY,
    "/auth/login": None,
    "/auth/logout": None,
    "/oauth2callback": None,
    "/media": EVERYONE,
    "/component": EVERYONE,
    "/static": None,
    "/app/static": None,
}
"""Each route, and all addresses below it. Whatever is no route is a page's address and gives the empty frame."""


def may(caller: Caller, command: order.Command | type[order.Command]) -> bool:
    """Whether this caller may give this command; for an `Enqueue`, whether it may ask for the job inside as well.

    A class of commands, rather than a command, says whether a button is shown.
    """
    if isinstance(command, type):
        return caller.is_installation or bool(caller.roles & COMMANDS.get(command, frozenset()))
    asked = (type(command), type(command.job)) if isinstance(command, order.Enqueue) else (type(command),)
    return all(may(caller, each) for each in asked)


def require(caller: Caller, command: order.Command) -> None:
    """Raises RoleMissing, with the roles that may, unless `may`."""
    if may(caller, command):
        return
    wanted = command.job if isinstance(command, order.Enqueue) else command
    raise missing(type(wanted).__name__, COMMANDS.get(type(wanted), frozenset()), caller)


def missing(what: str, roles: Roles, caller: Caller) -> RoleMissing:
    """The refusal of `what`, in two sentences."""
    if not roles:
        return RoleMissing(f"{what} stands in no table of rights, so nobody may do it.", "Add it to rights.py.")
    have = ", ".join(sorted(caller.roles)) or "none"
    return RoleMissing(
        f"{what} needs the role {in_words(roles)}; yours: {have}.",
        "Ask an administrator of sfsam for the role, or somebody who has it to do it.",
        needed=sorted(roles),
    )


def route_roles(path: str) -> Roles | None:
    """Who may ask this path, by the longest line of ROUTES above it; None: whoever asks."""
    above = [route for route in ROUTES if path == route or path.startswith(f"{route}/")]
    return ROUTES[max(above, key=len)] if above else None


def in_words(roles: Roles) -> str:
    """Roles for people: "admin or manager"."""
    names = [role.value for role in Role if role in roles]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
