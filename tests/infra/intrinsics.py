"""CloudFormation's conditions, maps and parameters, decided for one stage; what only AWS knows stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Tree = dict[str, Any]

NOTHING = object()


def decided(template: Tree, given: Mapping[str, str]) -> Tree:
    """The template with its conditions taken: what does not exist is gone, `Ref` of a parameter is its value."""
    defaults = {name: str(one.get("Default", "")) for name, one in template.get("Parameters", {}).items()}
    stage = Stage(template, {**defaults, **given})
    sections = {name: template[name] for name in ("Resources", "Outputs") if name in template}
    return {name: stage.existing(section) for name, section in sections.items()}


@dataclass(frozen=True)
class Stage:
    template: Tree
    values: Mapping[str, str]

    def existing(self, section: Tree) -> Tree:
        there = {name: one for name, one in section.items() if "Condition" not in one or self.holds(one["Condition"])}
        return {name: self.value(one) for name, one in there.items()}

    def value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [item for item in map(self.value, node) if item is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            return self._intrinsic(*next(iter(node.items())))
        return self._mapping(node)

    def _mapping(self, node: Tree) -> Tree:
        inner = {key: self.value(item) for key, item in node.items()}
        return {key: item for key, item in inner.items() if item is not NOTHING}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return NOTHING if argument == "AWS::NoValue" else self.values.get(argument, {name: argument})
        if name == "Fn::If":
            condition, then, otherwise = argument
            return self.value(then if self.holds(condition) else otherwise)
        if name == "Fn::FindInMap":
            table, first, second = self.value(argument)
            return self.template["Mappings"][table][first][second]
        if name == "Fn::Sub" and isinstance(argument, str):
            return self._filled(argument)
        return self._mapping({name: argument})

    def _filled(self, text: str) -> Any:
        for name, value in self.values.items():
            text = text.replace("${" + name + "}", value)
        return {"Fn::Sub": text} if "${" in text else text

    def holds(self, condition: Any) -> bool:
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        ((name, argument),) = condition.items()
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Equals":
            return bool(self.value(argument[0]) == self.value(argument[1]))
        answers = [self.holds(one) for one in argument]
        return {"Fn::And": all(answers), "Fn::Or": any(answers), "Fn::Not": not answers[0]}[name]
