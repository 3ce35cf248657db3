"""The grammar tool: reads ABNF, decides how to parse it, writes C++, makes and judges sentences. See tools/abnfc.py."""
