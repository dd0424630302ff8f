#!/usr/bin/env bash
# Where a process may open no more files, .NET tells a thread that it cannot start as OutOfMemoryException, though there are gigabytes left: a thread needs a file on Linux.
# A file that cannot be opened is an IOException, as it should be. So a server that has a connection in each of its files looks as if it had no memory, and whoever acts on
# that exception (turns not ready, frees buffers, ends) mends nothing.
#
# Opens files until there are none left, then starts a thread, prints what came of it, and fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >files.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
XML
cat >Program.cs <<'CSHARP'
static string Try(Action action)
{
    try
    {
        action();
        return "works";
    }
    catch (Exception exception)
    {
        return exception.GetType().Name;
    }
}

Console.Error.WriteLine($".NET {Environment.Version}");
string Thread() => Try(() => { var thread = new Thread(() => { }); thread.Start(); thread.Join(); });
string File() => Try(() => System.IO.File.OpenRead("/dev/null").Dispose());
Console.WriteLine($"files left: a file {File()}, a thread {Thread()}");
var all = new List<FileStream>();
try
{
    while (true) all.Add(System.IO.File.OpenRead("/dev/null"));
}
catch (IOException) { }
var (file, thread) = (File(), Thread());
var free = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
all.ForEach(each => each.Dispose());
Console.WriteLine($"no file left: a file {file}, a thread {thread}");
Console.WriteLine($"files left again: a thread {Thread()}");
Console.Error.WriteLine($"{all.Count} files, {free} MiB");
CSHARP
dotnet build -v quiet --nologo -o out >/dev/null
ulimit -n 400
dotnet out/files.dll | tee found
diff - found <<'EXPECTED'
files left: a file works, a thread works
no file left: a file IOException, a thread OutOfMemoryException
files left again: a thread works
EXPECTED
echo "as it was: .NET calls a lack of files a lack of memory where it starts a thread"
