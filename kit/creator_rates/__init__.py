"""A creator's rates with honest doubt: conversion, hook, revenue per post, commission, repeat.

Posts of one creator differ among themselves, so clicks or views pooled over them are not
independent draws: each estimate carries the variance between posts. One row per post (or
creator) goes in; one row per creator comes out, with estimate, interval, flag and reason.
"""

from kit.creator_rates.commission import commission_flags
from kit.creator_rates.conversion import conversion
from kit.creator_rates.hook import hook_retention
from kit.creator_rates.repeat import repeat_flags
from kit.creator_rates.revenue import revenue_outliers

__all__ = [
    "commission_flags",
    "conversion",
    "hook_retention",
    "repeat_flags",
    "revenue_outliers",
]
