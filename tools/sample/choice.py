# SPDX-License-Identifier: Apache-2.0
"""Choices that depend on what they are about alone, and times before NOW."""

import datetime
import hashlib
import uuid

NOW = datetime.datetime(2026, 11, 15, 6, 0, 0, tzinfo=datetime.timezone.utc)


def digest(*what):
    return hashlib.sha256("\x1f".join(("meridian",) + what).encode()).digest()


def dice(limit, *what):
    """A number below limit that depends on what alone."""
    return int.from_bytes(digest(*what)[:8], "big") % limit


def guid(*what):
    return str(uuid.UUID(bytes=digest("guid", *what)[:16], version=4))


def hexa(size, *what):
    return digest("hex", *what).hex()[:size]


def days_ago(days, *what):
    """A moment of the day that lies so many days back."""
    return NOW - datetime.timedelta(days=days, seconds=1 + dice(80000, "second", *what))


def stamp(moment, digits=3):
    micro = f"{moment.microsecond:06d}0"[:digits]
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{micro}Z" if digits else "Z")
