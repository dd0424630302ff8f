using System.Security.Cryptography;
using Scoring.Service.Security;

namespace Scoring.Service.Tests;

/// <summary>Files of certificates and keys that are whole, and those that are not.</summary>
public sealed class PemTests
{
    private const string Block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    [Theory]
    [InlineData("")]
    [InlineData(Block + Block)]
    [InlineData("our root:\n" + Block + "\n-----  and another, of 2026  -----\n" + Block)]
    [InlineData(Block + "-----\nthe end\n")]
    public void What_stands_between_whole_blocks_is_nobodys_business(string pem) => Pem.IsWhole(pem);

    [Theory]
    [InlineData(Block + "-----BEGIN CERTIFICATE-----\nAA", 4)]
    [InlineData(Block + "-----BEG", 4)]
    [InlineData("a key\n\n-----BEGIN PUBLIC KEY-----\n" + Block, 3)]
    [InlineData("AAAA\n-----END CERTIFICATE-----\n" + Block, 2)]
    public void A_block_that_is_not_whole_is_named_by_its_line(string pem, int line)
    {
        var refused = Assert.Throws<CryptographicException>(() => Pem.IsWhole(pem));
        Assert.Equal($"line {line} begins a block of PEM that is not whole", refused.Message);
    }
}
