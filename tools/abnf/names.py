"""Names of the grammar as names of C++."""

RESERVED = set('''and auto bool break case catch char class const continue default delete do double else enum explicit
export extern false final float for friend goto if inline int long mutable namespace new not operator or override
private protected public register return short signed sizeof static struct switch template this throw true try typedef
typename union unsigned using virtual void volatile while xor text offset rule kind kinds'''.split())


def identifier(name):
    plain = ''.join(c if c.isalnum() else '_' for c in name.lower().replace('+', '_plus')).strip('_')
    return plain + '_' if plain in RESERVED else plain


def class_name(rule):
    return ''.join(part[:1].upper() + part[1:] for part in identifier(rule).split('_'))
