#!/usr/bin/env bash
# Parquet.Net 6.1.0 reads flat columns from data pages of version 2, and lists from pages of version 1, but throws NotImplementedException for lists in pages of version 2. So the
# logits of a model that some writer has put there, a list for each row, look like those of a broken file to whoever reads with it; hyparquet-writer, which JavaScript has for
# Parquet, writes such pages and no others.
#
# Writes three files with hyparquet-writer, reads them back with it and with Parquet.Net, prints what came, and fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit hyparquet@1.31.5 hyparquet-writer@0.17.0 >/dev/null
cat >write.mjs <<'JS'
import fs from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";

const list = (repetition) => [
    { name: "root", num_children: 1 },
    { name: "logits", repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", type: "FLOAT", repetition_type: repetition },
];
const files = {
    flat: { columnData: [{ name: "logit_a", data: new Float32Array([1, 3]) }] },
    list: { columnData: [{ name: "logits", data: [[1, 2], [3, 4]] }], schema: list("REQUIRED") },
    nullable: { columnData: [{ name: "logits", data: [[1, 2], [3, 4]] }], schema: list("OPTIONAL") },
};
for (const [name, file] of Object.entries(files)) {
    const bytes = parquetWriteBuffer(file);
    fs.writeFileSync(`${name}.parquet`, Buffer.from(bytes));
    console.log(`hyparquet, ${name}: ${JSON.stringify(await parquetReadObjects({ file: bytes }))}`);
}
JS
cat >read.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Parquet.Net" Version="6.1.0" />
  </ItemGroup>
</Project>
XML
cat >Program.cs <<'CSHARP'
using Parquet;

foreach (var name in args)
{
    await using var reader = await ParquetReader.CreateAsync($"{name}.parquet");
    using var group = reader.OpenRowGroupReader(0);
    var field = reader.Schema.DataFields.Single();
    try
    {
        using var column = await group.ReadRawColumnDataBaseAsync(field);
        Console.WriteLine($"Parquet.Net, {name}: read");
    }
    catch (Exception exception)
    {
        Console.WriteLine($"Parquet.Net, {name}: {exception.GetType().Name}");
    }
}
CSHARP
node write.mjs | tee found
dotnet build -v quiet --nologo -o out >/dev/null
dotnet out/read.dll flat list nullable | tee -a found
diff - found <<'EXPECTED'
hyparquet, flat: [{"logit_a":1},{"logit_a":3}]
hyparquet, list: [{"logits":[1,2]},{"logits":[3,4]}]
hyparquet, nullable: [{"logits":[1,2]},{"logits":[3,4]}]
Parquet.Net, flat: read
Parquet.Net, list: NotImplementedException
Parquet.Net, nullable: NotImplementedException
EXPECTED
echo "as it was: lists in pages of version 2 are beyond Parquet.Net"
