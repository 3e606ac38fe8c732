"""What crosses between a flow and its driver. Standard library only; imports nothing of ours."""

from turbo_yaml.protocol.cache import BaseCache
from turbo_yaml.protocol.functions import Signal, TurboGenTemplate, TurboGenTemplateFn
from turbo_yaml.protocol.memory import BaseMemory
from turbo_yaml.protocol.messages import (
    Assistant,
    BaseMessageCollection,
    Content,
    Example,
    ExampleAssistant,
    ExampleUser,
    Message,
    Part,
    Role,
    System,
    ToolCall,
    ToolResult,
    Usage,
    User,
)
from turbo_yaml.protocol.signals import Generate, GetInput, Result

__all__ = [
    "Assistant",
    "BaseCache",
    "BaseMemory",
    "BaseMessageCollection",
    "Content",
    "Example",
    "ExampleAssistant",
    "ExampleUser",
    "Generate",
    "GetInput",
    "Message",
    "Part",
    "Result",
    "Role",
    "Signal",
    "System",
    "ToolCall",
    "ToolResult",
    "TurboGenTemplate",
    "TurboGenTemplateFn",
    "Usage",
    "User",
]
