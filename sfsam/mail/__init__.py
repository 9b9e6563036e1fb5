"""Mail by SMTP, and the webhook of a chat. The only code that knows how a letter looks and how it is handed over."""

from sfsam.mail.smtp import SmtpMail
from sfsam.mail.webhook import HttpWebhook

__all__ = ["HttpWebhook", "SmtpMail"]
