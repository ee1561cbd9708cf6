"""Where training and measuring meet."""

from sqlft.loop.hook import execution_hook

__all__ = ["execution_hook"]
