"""WeChat Pay on this machine: it answers and calls back as the platform does, and keeps books.

A program of its own. It shares no code with the product that is tested against it, so that a
mistake made once is not made twice in the same way.
"""
