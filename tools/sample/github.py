# SPDX-License-Identifier: Apache-2.0
"""Alerts of GitHub, as its REST API lists them."""

from .choice import days_ago, stamp

OWNER = "meridian-freight"


def alert(repository, kind, number, state, **more):
    page = f"https://github.com/{OWNER}/{repository}"
    at = days_ago(20, repository, kind, str(number))
    return {"number": number, "state": state, "created_at": stamp(at),
            "updated_at": stamp(days_ago(2, repository, kind, str(number))),
            "url": f"https://api.github.com/repos/{OWNER}/{repository}/{kind}/alerts/{number}",
            "html_url": f"{page}/security/{kind}/{number}", **more,
            "repository": {"name": repository, "full_name": f"{OWNER}/{repository}",
                           "html_url": page}}


# (repository, number, state, rule of OpenSSF's Scorecard, severity, what it is, file)
CODE = [
    ("manifest-deploy", 3, "open", "BranchProtectionID", "high",
     "Branch-Protection: the default branch takes pushes without review", "no file"),
    ("manifest-deploy", 4, "open", "PinnedDependenciesID", "medium",
     "Pinned-Dependencies: actions are named by tags", ".github/workflows/deploy.yml"),
    ("web-assets", 2, "fixed", "BranchProtectionID", "high",
     "Branch-Protection: the default branch takes pushes without review", "no file"),
]


def code_scanning():
    return [alert(name, "code-scanning", number, state,
                  rule={"id": rule, "name": title.split(":")[0], "severity": "error",
                        "security_severity_level": severity, "description": title},
                  tool={"name": "Scorecard", "version": "5.0.0"},
                  fixed_at=stamp(days_ago(2, name, rule)) if state == "fixed" else None,
                  most_recent_instance={
                      "ref": "refs/heads/main", "state": state, "message": {"text": title + "."},
                      "location": {"path": path, "start_line": 1}})
            for name, number, state, rule, severity, title, path in CODE]


# (repository, number, kind of secret, its title, validity, resolution, file)
SECRETS = [
    ("manifest-deploy", 1, "github_personal_access_token", "GitHub Personal Access Token",
     "active", None, "scripts/release.sh"),
    ("manifest-deploy", 2, "slack_incoming_webhook_url", "Slack Incoming Webhook URL",
     "unknown", None, "scripts/notify.sh"),
    ("web-assets", 1, "aws_access_key_id", "Amazon AWS Access Key ID", "inactive",
     "revoked", "publish.cfg"),
]


def secret_scanning():
    """As listed with hide_secret: no value."""
    return [alert(name, "secret-scanning", number, "resolved" if resolution else "open",
                  secret_type=kind, secret_type_display_name=title, validity=validity,
                  resolution=resolution,
                  resolved_at=stamp(days_ago(2, name, kind)) if resolution else None,
                  first_location_detected={"path": path, "start_line": 7})
            for name, number, kind, title, validity, resolution, path in SECRETS]
