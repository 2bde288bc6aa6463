"""Kernels that start warm: forked from a process that has imported the large libraries already.

A kernel of the book spends some five seconds of its ten on importing torch, matplotlib and SciPy.
Where many are started one after the other (`make nbval`, `make book`), set

    JUPYTER_DEFAULT_PROVISIONER_NAME=lossurface-warm

and one server for each process that starts kernels imports them once; a kernel is a fork of it.
Nothing of this package is imported beforehand, no kernel sees another's variables, and a name must
still be imported to be used. `lossurface reproduce` and JupyterLab start kernels cold, as ever.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from multiprocessing import get_context, process
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

__all__ = ["WarmProvisioner"]

# Third-party only. None of them starts a thread when imported: threads do not survive a fork.
PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "torch",
    "torch.func",
    "torch._functorch.apis",
    "scipy.optimize",
    "scipy.stats",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "mpl_toolkits.mplot3d",
    "plotly.graph_objects",
    "ipywidgets",
    "flint",
)


@functools.cache
def _server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of the warm server instead of as a new interpreter."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel for `cmd`; what is not an ipykernel of this interpreter starts cold."""
        if Path(cmd[0]).resolve() != Path(sys.executable).resolve() or cmd[1:3] != [
            "-m",
            "ipykernel_launcher",
        ]:
            return await super().launch_kernel(cmd, **kwargs)
        folder = str(kwargs.get("cwd") or Path.cwd())
        environment = dict(kwargs.get("env") or os.environ)
        # A daemon, so that it ends with us.
        kernel = _server().Process(target=_kernel, args=(cmd[3:], folder, environment), daemon=True)
        kernel.start()
        self.process = cast(Any, _Forked(kernel))
        self.pid = kernel.pid
        self.pgid = kernel.pid  # it starts a session of its own
        self.cwd = folder
        return self.connection_info


class _Forked:
    """A forked kernel with the methods of `subprocess.Popen` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, kernel: ForkServerProcess) -> None:
        self._kernel = kernel
        self.pid = kernel.pid

    def poll(self) -> int | None:
        return self._kernel.exitcode

    def wait(self) -> int | None:
        self._kernel.join()
        return self._kernel.exitcode

    def send_signal(self, number: int) -> None:
        if self._kernel.exitcode is None:
            os.kill(self._kernel.pid, number)  # type: ignore[arg-type]

    def kill(self) -> None:
        self._kernel.kill()

    def terminate(self) -> None:
        self._kernel.terminate()


def _end_with_starter() -> None:
    starter = process.parent_process()
    if starter is not None:
        starter.join()
        os._exit(1)


def _kernel(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Be the kernel (in the forked process)."""
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()
    # Where the starting process was, or is, is no place to import from.
    elsewhere = {"", str(Path.cwd()), process.ORIGINAL_DIR}  # type: ignore[attr-defined]
    sys.path[:] = [entry for entry in sys.path if entry not in elsewhere]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # Whose child it is: so it says nothing on the terminal, and ends where the server is gone.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    sys.argv[:] = ["ipykernel_launcher", parent, *arguments]
    # The server outlives whoever was killed without a farewell, as long as it has a child.
    threading.Thread(target=_end_with_starter, daemon=True).start()
    # A notebook may start processes, which a daemon may not.
    process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    launch_new_instance()
