"""A pytest plugin (`-p tests.successor`) that puts the HTTP library's successor in its place, for a run of the whole suite."""

import sys

import httpcore2
import httpx2

sys.modules["httpx"] = httpx2
sys.modules["httpcore"] = httpcore2
