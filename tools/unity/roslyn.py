"""Compile C# 9 with Roslyn; runs in the toolchain's own environment, which has pythonnet.

    venv/bin/python roslyn.py TOOLCHAIN < jobs.json

Reads a list of jobs (`compiler.py` says what is in one) and writes a list with the diagnostics of
each, most severe only: errors and warnings.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

# Two assemblies of different versions stand for the same one; Unity's own compiler is silent too.
_SILENT = ("CS1701", "CS1702")


def main() -> None:
    toolchain = Path(sys.argv[1]).resolve()
    jobs = json.load(sys.stdin)
    start_runtime(toolchain)
    json.dump([_compile(job) for job in jobs], sys.stdout)


def start_runtime(toolchain: Path) -> None:
    """Start .NET in this process, with Roslyn's assemblies in reach."""
    os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"
    from clr_loader import get_coreclr
    from pythonnet import set_runtime

    options = {
        "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"},
        # It ends before code that is measured and compiled again would pay: a quarter of the time.
        "configProperties": {"System.Runtime.TieredPGO": False},
    }
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "compiler.runtimeconfig.json"
        config.write_text(json.dumps({"runtimeOptions": options}))
        set_runtime(get_coreclr(runtime_config=str(config), dotnet_root=str(toolchain / "dotnet")))
        import clr
    sys.path.append(str(toolchain / "roslyn"))
    clr.AddReference("Microsoft.CodeAnalysis")
    clr.AddReference("Microsoft.CodeAnalysis.CSharp")


def _compile(job: dict[str, Any]) -> list[str]:
    from Microsoft.CodeAnalysis import (
        DiagnosticSeverity,
        MetadataReference,
        OptimizationLevel,
        OutputKind,
        SyntaxTree,
    )
    from Microsoft.CodeAnalysis.CSharp import (
        CSharpCompilation,
        CSharpCompilationOptions,
        CSharpParseOptions,
        CSharpSyntaxTree,
        LanguageVersion,
    )
    from System.Collections.Generic import List
    from System.IO import File

    parsing = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp9)
    parsing = parsing.WithPreprocessorSymbols(job["defines"])
    trees = List[SyntaxTree]()
    for source in job["sources"]:
        text = Path(source).read_text(encoding="utf-8-sig")
        trees.Add(CSharpSyntaxTree.ParseText(text, parsing, source))
    missing = [path for path in job["references"] if not Path(path).exists()]
    if missing:
        return [f"{job['output']}: error: not compiled, since there is no {missing[0]}"]
    references = List[MetadataReference]()
    for path in job["references"]:
        references.Add(MetadataReference.CreateFromFile(path))
    options = (
        CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        .WithOptimizationLevel(OptimizationLevel.Release)
        .WithAllowUnsafe(job["unsafe"])
        .WithDeterministic(True)
    )
    output = Path(job["output"])
    output.parent.mkdir(parents=True, exist_ok=True)
    stream = File.Create(str(output))
    result = CSharpCompilation.Create(output.stem, trees, references, options).Emit(stream)
    stream.Close()
    if not result.Success:
        output.unlink()
    return [
        str(found)
        for found in result.Diagnostics
        if found.Severity >= DiagnosticSeverity.Warning and str(found.Id) not in _SILENT
    ]


if __name__ == "__main__":
    main()
