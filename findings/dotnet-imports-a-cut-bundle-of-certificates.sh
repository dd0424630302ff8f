#!/usr/bin/env bash
# .NET's X509Certificate2Collection.ImportFromPem takes a bundle that ends in the middle of a certificate for one that has the certificates before it, and says nothing.
# BouncyCastle refuses the same bytes. Whoever reads a file of authorities while it is written, or after a full disk has cut it, trusts some of them and shuts out the others.
#
# Makes two certificates, cuts the second, reads both files with both libraries, prints what each has found, and fails where that has changed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >bundle.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="BouncyCastle.Cryptography" Version="[2.7.0]" />
  </ItemGroup>
</Project>
XML
cat >Program.cs <<'CSHARP'
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Org.BouncyCastle.X509;

static string Certificate(string name)
{
    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
    using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    return made.ExportCertificatePem() + "\n";
}

static string Count(Func<int> read)
{
    try
    {
        return $"{read()} certificates";
    }
    catch (Exception exception)
    {
        return exception.GetType().Name;
    }
}

var whole = Certificate("first") + Certificate("second");
Console.Error.WriteLine($".NET {Environment.Version}, BouncyCastle {typeof(X509CertificateParser).Assembly.GetName().Version}");
foreach (var (name, pem) in new[] { ("whole", whole), ("cut", whole[..^120]) })
{
    var found = new X509Certificate2Collection();
    var dotnet = Count(() =>
    {
        found.ImportFromPem(pem);
        return found.Count;
    });
    var bouncyCastle = Count(() => new X509CertificateParser().ReadCertificates(Encoding.ASCII.GetBytes(pem)).Count);
    Console.WriteLine($"{name}: .NET {dotnet}, BouncyCastle {bouncyCastle}");
}
CSHARP
dotnet build -v quiet --nologo -o out >/dev/null
dotnet out/bundle.dll | tee found
diff - found <<'EXPECTED'
whole: .NET 2 certificates, BouncyCastle 2 certificates
cut: .NET 1 certificates, BouncyCastle CertificateException
EXPECTED
echo "as it was: .NET imports what is whole of a bundle that is cut"
