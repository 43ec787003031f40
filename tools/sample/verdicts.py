# SPDX-License-Identifier: Apache-2.0
"""What each tool says of each check, and what the catalogue makes of it."""

import sys

from . import estate
from .checks import CHECKS, D, G, P, S, W
from .choice import days_ago, dice

# How often a tool reports a check that passes, in percent, and one that fails.
REPORTS_PASS = {D: 75, P: 34, W: 66, S: 52, G: 0}
REPORTS_FAIL = {D: 96, P: 94, W: 95, S: 93, G: 90}
GENERAL_FIX = "Change the setting as the documentation of the service says."


class Verdict:
    """What one tool says of one check on one resource."""

    def __init__(self, resource, check, connector, state):
        self.resource, self.connector, self.state = resource, connector, state
        self.kind, self.control, self.title, self.meaning, _, rules = check
        self.rule, self.severity = rules[connector]
        what = (resource.id, self.title)
        self.first = days_ago(5 + dice(200, "first", *what), *what)
        self.changed = days_ago(dice(5, "changed", *what), connector, *what)


def state_of(resource, check):
    """open, passing, resolved or muted: the truth, before the tools look."""
    key = (resource.name, check[1])
    what = ("state", resource.id, check[1] or check[2])
    fails = estate.STORY.get(key)
    if fails is None:
        fails = dice(100, *what) < check[4]
    if not fails:
        return "passing"
    if key in estate.STORY:
        return "open"
    fate = dice(100, "fate", *what)
    return "resolved" if fate < 7 else "muted" if fate < 13 else "open"


def all_verdicts(resources):
    verdicts = []
    for resource in resources:
        for check in CHECKS:
            if check[0] != resource.kind:
                continue
            if check[4] is None and (resource.name, check[1]) not in estate.STORY:
                continue
            state = state_of(resource, check)
            for connector in check[5]:
                if connector == W and resource.cloud == "azure" \
                        and resource.environment != "production":
                    continue  # Prowler is not run there
                chance = REPORTS_FAIL if state != "passing" else REPORTS_PASS
                seen = dice(100, "seen", connector, resource.id, check[2])
                if seen < chance[connector] or (resource.name, check[1]) in estate.STORY:
                    verdicts.append(Verdict(resource, check, connector, state))
    return verdicts


def read_catalog(folder):
    def rows(name):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        return [line.split("\t") for line in lines[1:]]

    aliases = {(c, r): (control, basis) for c, r, control, basis in rows("control_aliases.tsv")}
    fixes = {row[0]: row[5] for row in rows("controls.tsv")}
    # A check goes by a name of its own, which the estate's story and its dice know it by.
    # What is to be done is said by the control of the first of its rules that has one.
    advice = {}
    for check in CHECKS:
        found = [aliases[c, rule][0] for c, (rule, _) in check[5].items() if (c, rule) in aliases]
        if check[1] and not found:
            sys.exit(f"no rule of \"{check[2]}\" is in the catalogue")
        if check[1]:
            advice.setdefault(check[1], fixes[found[0]])
    return aliases, advice
