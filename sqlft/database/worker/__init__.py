"""What runs inside a worker process: one database, opened for reading, one query at a time.

Modules here import only each other, ``frames`` and ``errors``: the worker is started without
running ``sqlft/__init__`` (see ``process``), so that it starts in a quarter of a second.
"""
