"""A contract for import-linter: a room is reached only through the modules that it opens to the others."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomServicesContract(Contract):
    """No room imports another one's module unless that module's name is in `open_modules`.

    `rooms` are packages; `open_modules` the names of their modules that others may import.
    """

    rooms = fields.SetField(subfield=fields.StringField())
    open_modules = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        violations: list[str] = []
        rooms = {str(room) for room in self.rooms}  # type: ignore[attr-defined]
        opened = {str(name) for name in self.open_modules}  # type: ignore[attr-defined]
        for room in sorted(rooms):
            for importer in sorted(graph.find_descendants(room) | {room}):
                for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                    other = next((name for name in rooms if imported == name or imported.startswith(name + ".")), None)
                    if other is None or other == room:
                        continue
                    if imported.removeprefix(other).lstrip(".").split(".")[0] not in opened:
                        violations.append(f"{importer} imports {imported}")
        return ContractCheck(kept=not violations, metadata={"violations": violations})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for violation in check.metadata["violations"]:
            output.print_error(violation)
        output.new_line()
