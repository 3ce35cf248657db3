"""What Linux reports about a running process in /proc."""

import os

TICK = os.sysconf("SC_CLK_TCK")


class Process:
    def __init__(self, pid):
        self.pid = pid

    def seconds(self):
        """The processor time that it has used."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def kib(self, name):
        """A line of its status: VmRSS is its resident memory, VmHWM the most that this ever was."""
        return self._kib("status", name)

    def proportional_kib(self):
        """Its memory (PSS), with pages that it shares counted in part."""
        return self._kib("smaps_rollup", "Pss")

    def forget_peak(self):
        """VmHWM counts from here on."""
        with open(f"/proc/{self.pid}/clear_refs", "w") as refs:
            refs.write("5")

    def of_all_threads(self, *names):
        """These lines of its status, which must be the same for each of its threads."""
        views = set()
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/status") as file:
                fields = dict(line.split(":", 1) for line in file)
            views.add(tuple((name, " ".join(fields[name].split())) for name in names))
        assert len(views) == 1, f"threads differ: {views}"
        return dict(views.pop())

    def descriptors(self):
        """What its open descriptors refer to, as the kernel names it: "socket:[1]", "/some/file", "/gone (deleted)"."""
        directory, names = f"/proc/{self.pid}/fd", []
        for descriptor in os.listdir(directory):
            try:
                names.append(os.readlink(os.path.join(directory, descriptor)))
            except FileNotFoundError:   # closed meanwhile
                pass
        return names

    def _kib(self, file, name):
        with open(f"/proc/{self.pid}/{file}") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))
