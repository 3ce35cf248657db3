"""The built program itself: what the compiler and the linker put into it against the use of bugs."""

import contextlib
import platform
import re
import subprocess

from tests.run.program import Skipped, equal, main


class Program(contextlib.AbstractContextManager):
    """The program as a file; readelf says what is in it."""

    def __init__(self, postbag, _wirecheck):
        self.postbag = postbag

    def __exit__(self, *_):
        pass

    def readelf(self, *options):
        done = subprocess.run(["readelf", "--wide", *options, self.postbag], capture_output=True, text=True, timeout=120)
        equal(done.returncode, 0, done.stderr)
        return done.stdout

    def count(self, instruction):
        with open(self.postbag, "rb") as file:
            return file.read().count(instruction)

    def imports(self):
        """The names of the functions that it takes from shared libraries."""
        return set(re.findall(r"FUNC .* UND ([^@\s]+)", self.readelf("--dyn-syms")))


def it_is_loaded_at_a_random_address(program):
    assert re.search(r"Type:\s+DYN", program.readelf("--file-header")), "no position-independent program"
    assert re.search(r"FLAGS_1\).*\bPIE\b", program.readelf("--dynamic")), "a shared library instead of a program"


def addresses_of_functions_are_read_only_after_the_start(program):
    assert "GNU_RELRO" in program.readelf("--program-headers"), "no RELRO"
    assert re.search(r"\(FLAGS\).*BIND_NOW|FLAGS_1\).*\bNOW\b", program.readelf("--dynamic")), "no BIND_NOW"


def nothing_is_writable_and_executable(program):
    headers = program.readelf("--program-headers")
    stack, = re.findall(r"GNU_STACK\s+(?:0x\S+\s+){5}([RWE ]{3})", headers)
    equal(stack, "RW ", "the stack")
    loaded = re.findall(r"LOAD\s+(?:0x\S+\s+){5}([RWE ]{3})", headers)
    assert loaded and not any("W" in rights and "E" in rights for rights in loaded), loaded


def overflows_of_buffers_are_noticed(program):
    imports = program.imports()
    assert "__stack_chk_fail" in imports, "no stack protector"
    checked = sorted(name for name in imports if re.fullmatch(r"__\w+_chk", name))
    assert checked, "no function of FORTIFY_SOURCE"
    assert any("__glibcxx_assert_fail" in name for name in imports), "no assertions of the C++ library"
    return " ".join(checked)


def large_frames_touch_each_page_of_the_stack(program):
    if platform.machine() != "x86_64":
        raise Skipped("the instruction is known for x86-64 only")
    probes = program.count(b"\x48\x83\x0c\x24\x00")   # orq $0, (%rsp)
    assert probes > 0, f"{probes} probes: no stack clash protection"


def jumps_go_only_to_marked_places(program):
    """The kernel enforces it only where the C library is built so too, which Debian 12's is not."""
    if platform.machine() != "x86_64":
        raise Skipped("the instruction is known for x86-64 only")
    marks = program.count(b"\xf3\x0f\x1e\xfa")   # endbr64
    assert marks > 1000, f"{marks} marks: no cf-protection"
    return f"{marks} marks"


def no_library_is_searched_in_a_directory_of_its_own(program):
    assert not re.search(r"\((RPATH|RUNPATH)\)", program.readelf("--dynamic")), "RPATH"


if __name__ == "__main__":
    main(it_is_loaded_at_a_random_address, addresses_of_functions_are_read_only_after_the_start,
         nothing_is_writable_and_executable, overflows_of_buffers_are_noticed,
         large_frames_touch_each_page_of_the_stack, jumps_go_only_to_marked_places,
         no_library_is_searched_in_a_directory_of_its_own, world=Program)
