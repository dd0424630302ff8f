using Microsoft.Extensions.Options;

namespace Scoring.Service.Heads;

/// <summary>
/// The heads that the service starts with, as settings: they are looked at before it starts, with all others, so that everything that is wrong is
/// told at once. What becomes of them later is the business of <see cref="HeadReloader"/>.
/// </summary>
internal sealed class HeadsAtStart
{
    public sealed class Check(HeadReader reader) : IValidateOptions<HeadsAtStart>
    {
        public ValidateOptionsResult Validate(string? name, HeadsAtStart options) =>
            reader.Read().Problems is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
