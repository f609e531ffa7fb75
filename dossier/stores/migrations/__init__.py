"""The versions of the tables, each with the step that leads to it.

A version is written out and frozen: it imports nothing that says what the tables or the chain are today, so that an old
database goes through the same steps in ten years. Only `append_only` is taken as it is, for a trigger holds no data and
a later version can create it anew. The steps get their `Operations` handed in: no global state, no ini file, no env.py.
"""
