"""The client's own rules, replayed on its own past with only what was known then.

`past` shows a client as it stood on an earlier day; `weeks` says which can be decided again;
`sparks`, `flags` and `moves` replay a rule each; `scores` counts hits, misses and money;
`thresholds` and `cases` ask where the client's data would put the policy's bars; `report` puts it
together and `files` writes it down.
"""

from kit.backtest.report import recent, report

__all__ = ["recent", "report"]
