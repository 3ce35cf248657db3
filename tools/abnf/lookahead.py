"""Builds, for each choice of the grammar, an automaton that reads ahead until one alternative is left. The parser then
never backtracks. (The method is that of LL(*): ANTLR 3, 4 "SLL".)

When two alternatives can continue in exactly the same ways, the text is ambiguous, and the earlier one wins, as RFC
9051 section 9 says. These overlaps are listed. A choice that no automaton of bounded size can make is an error: the
rule must be written differently.
"""
from .network import END
from .syntax import GrammarError

MAX_STACK = 24
MAX_STATES = 1500
MAX_PLACES = 5000
AFTER_LITERAL = -1


class Automaton:
    """States by number from 0; `moves[state]` maps a byte class to a state; `choice[state]` is decided there."""

    def __init__(self):
        self.moves, self.choice = [], []

    def add(self):
        self.moves.append({})
        self.choice.append(None)
        return len(self.moves) - 1


class Lookahead:
    def __init__(self, network, classes):
        self.network, self.classes = network, classes
        self.local_cache, self.outer_cache = {}, {}
        self.overlaps = set()

    # A place is (state, stack of states to return to, innermost first). With an empty stack the place is "somewhere in
    # this rule": at the rule's end every caller's continuation is possible.

    def local(self, state, busy=()):
        """The places before a byte that are reachable from `state` in its rule, and whether its end is."""
        if state not in self.local_cache:
            if state in busy or len(busy) > 400:
                raise GrammarError(f'{state.rule}: left recursion, or a loop around nothing')
            self.local_cache[state] = self.find_local(state, (*busy, state))
        return self.local_cache[state]

    def find_local(self, state, busy):
        places, ends = set(), state.last
        if state.sets or state.literal:
            places.add((state, ()))
        for target in state.empty:
            inner, inner_ends = self.local(target, busy)
            places |= inner
            ends = ends or inner_ends
        if state.call:
            rule, after = state.call
            inner, inner_ends = self.local(self.network.first[rule], busy)
            places |= {(place, (*stack, after)) for place, stack in inner}
            if inner_ends:
                following, after_ends = self.local(after, busy)
                places |= following
                ends = ends or after_ends
        return frozenset(places), ends

    def outer(self, rule):
        """The places after the end of `rule`, wherever it is called; (None, ()) is the end of the input."""
        if rule not in self.outer_cache:
            places, seen, todo = set(), set(), [rule]
            while todo:
                name = todo.pop()
                if name in seen:
                    continue
                seen.add(name)
                if name == self.network.start:
                    places.add((None, ()))
                for after in self.network.returns[name]:
                    inner, ends = self.local(after)
                    places |= inner
                    if ends:
                        todo.append(after.rule)
            self.outer_cache[rule] = frozenset(places)
        return self.outer_cache[rule]

    def reached(self, state, stack):
        """The places before a byte that are reachable from (state, stack)."""
        places, ends = self.local(state)
        found = {(place, inner + stack) for place, inner in places}
        if any(len(above) > MAX_STACK for _, above in found):
            raise GrammarError(f'{state.rule}: nested too deeply to look ahead')
        if ends and stack:
            found |= self.reached(stack[0], stack[1:])
        elif ends:
            found |= self.outer(state.rule)
        return found

    def step(self, place, byte_class):
        state, stack = place
        byte = self.classes.sample(byte_class)
        if state is None:
            return {(None, (END,))} if byte == END and not stack else set()
        found = set()
        for chars, target in state.sets:
            if byte in chars:
                found |= self.reached(target, stack)
        if state.literal and byte == state.literal[0]:
            found.add((AFTER_LITERAL, (state.literal[1], *stack)))
        return found if state != AFTER_LITERAL else set()

    def decide(self, tree):
        """The Automaton of the choice made at an Alt, Opt or Star."""
        rule, begins = self.network.branches[id(tree)]
        automaton, numbers, todo = Automaton(), {}, []

        def number_of(choices):
            key = frozenset((choice, places) for choice, places in choices.items())
            if key not in numbers:
                numbers[key] = automaton.add()
                todo.append((numbers[key], choices))
            return numbers[key]

        number_of(self.narrowed(rule, {i: frozenset(self.reached(b, ())) for i, b in enumerate(begins)}))
        while todo:
            number, choices = todo.pop()
            if len(choices) == 1:
                automaton.choice[number] = next(iter(choices))
                continue
            if len(numbers) > MAX_STATES or sum(map(len, choices.values())) > MAX_PLACES:
                raise GrammarError(f'{rule}: cannot tell alternatives {sorted(choices)} apart')
            for byte_class in self.classes.of(self.readable(choices)):
                after = self.after(rule, choices, byte_class)
                if after:
                    automaton.moves[number][byte_class] = number_of(after)
        return automaton

    def after(self, rule, choices, byte_class):
        moved = {}
        for choice, places in choices.items():
            found = frozenset().union(*(self.step(p, byte_class) for p in places if p[0] != AFTER_LITERAL))
            if found:
                moved[choice] = found
        moved = self.narrowed(rule, moved)
        if len(moved) > 1 and any(place[0] == AFTER_LITERAL for places in moved.values() for place in places):
            raise GrammarError(f'{rule}: alternatives {sorted(moved)} cannot be told apart before a literal')
        return moved

    def narrowed(self, rule, choices):
        """The choices except those that can continue only as an earlier one can."""
        kept = {}
        for choice in sorted(choices):
            winner = next((early for early in kept if kept[early] >= choices[choice]), None)
            if winner is None:
                kept[choice] = choices[choice]
            else:
                self.overlaps.add((rule, winner, choice))
        return kept

    def readable(self, choices):
        """All bytes that can be read at some place."""
        found = set()
        for places in choices.values():
            for state, stack in places:
                if state is None:
                    found |= set() if stack else {END}
                elif state != AFTER_LITERAL:
                    found.update(*(chars for chars, _ in state.sets))
                    found |= {state.literal[0]} if state.literal else set()
        return found
