"""A pytest plugin (`-p tests.successor`) that puts the HTTP library's successor in its place, for a whole run."""

import sys

import httpcore2
import httpx2

sys.modules["httpx"] = httpx2
sys.modules["httpcore"] = httpcore2
