"""What a kernel can refuse."""


class KernelError(Exception):
    """Base of all errors that `kernels` raises on purpose."""


class ShapeError(KernelError, ValueError):
    """Tensors whose shapes, dtypes or strides do not fit together."""


class BackendUnavailable(KernelError, RuntimeError):
    """A backend that was asked for by name and cannot run here."""
