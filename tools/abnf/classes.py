"""Groups bytes that no rule distinguishes into classes, so that the tables are small."""
from .network import END


class Classes:
    def __init__(self, sets):
        signature = {byte: 0 for byte in range(257)}
        for bit, chars in enumerate(sorted(set(sets), key=sorted)):
            for byte in chars:
                signature[byte] |= 1 << bit
        signature[END] = -1
        numbers = {}
        self.by_byte = [numbers.setdefault(signature[byte], len(numbers)) for byte in range(257)]
        self.count = len(numbers)
        self.samples = {number: byte for byte, number in reversed(list(enumerate(self.by_byte)))}

    def sample(self, byte_class):
        return self.samples[byte_class]

    def of(self, chars):
        return sorted({self.by_byte[byte] for byte in chars})


def sets_of(network_trees):
    """Every set of bytes in the lowered trees, and the bytes that begin literals."""
    from .syntax import Set, Text
    from .grammar import children
    found = {frozenset(b'{'), frozenset(b'~')}

    def walk(tree):
        if isinstance(tree, Set):
            found.add(tree.chars)
        elif isinstance(tree, Text):
            found.update(tree.units)
        for child in children(tree):
            walk(child)

    for tree in network_trees.values():
        walk(tree)
    return found
