"""What rasa_sdk looks for under this name when it starts: our extensions of the action server."""

from pluggy import PluginManager

from actions import server


def init_hooks(manager: PluginManager) -> None:
    """Called once by rasa_sdk with its plugin manager."""
    manager.register(server)
