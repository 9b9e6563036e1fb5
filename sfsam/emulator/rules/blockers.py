"""What keeps a user from being deactivated: kinds by name, each with Salesforce's words where they are known.

Source: Salesforce fact sheet 5.3. Texts in Salesforce's help are kept verbatim; the others follow their form.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Blocker:
    """`code` None means that nobody has documented it; then the org's switch `blocker_code` decides."""

    message: str
    code: str | None = None


BLOCKERS: dict[str, Blocker] = {
    "web_to_lead_creator": Blocker("You cannot disable the Web to Lead Default Creator"),
    "web_to_lead_owner": Blocker("You cannot deactivate the user who is the default lead owner"),
    "web_to_case_creator": Blocker("You cannot disable the Web to Case Default Creator"),
    "web_to_case_owner": Blocker("You cannot deactivate the user who is the default case owner"),
    "automated_case_user": Blocker("You cannot deactivate the automated case user"),
    "case_rules": Blocker(
        "You cannot deactivate a User who is receiving cases or notifications as part of your Case Assignment or "
        "Escalation rules"
    ),
    "lead_rules": Blocker(
        "You cannot deactivate a User who is receiving leads or notifications as part of your Lead Assignment rules"
    ),
    "default_workflow_user": Blocker("You cannot deactivate a user who is the default workflow user"),
    "workflow_field_update": Blocker("You cannot deactivate a user who is set by a workflow field update"),
    "workflow_task": Blocker("You cannot deactivate a user who is assigned a workflow task"),
    "workflow_email": Blocker("You cannot deactivate a user who is the sole recipient of a workflow email alert"),
    "approver": Blocker("You cannot deactivate a user who is an approver in an approval process"),
    "hierarchy_field": Blocker("You cannot deactivate a user who is selected in a custom hierarchy field"),
    "big_deal_alert": Blocker("You cannot deactivate a user who is a recipient of big deal alerts"),
    "portal_administrator": Blocker("You cannot deactivate a user who is a portal administrator"),
    "validation_rule": Blocker(
        "Hand over all open opportunities before you leave.", code="FIELD_CUSTOM_VALIDATION_EXCEPTION"
    ),
    "trigger": Blocker(
        "UserLeaves: execution of BeforeUpdate caused by: System.DmlException: Update failed.",
        code="CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    ),
}
