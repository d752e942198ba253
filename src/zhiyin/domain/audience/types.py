"""The words of the audience: what a shopper said, and what was understood of it."""

from dataclasses import dataclass
