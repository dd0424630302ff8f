namespace Scoring.Service.Http;

/// <summary>Where in a body a value stands.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="Index">The place in the field's list; below 0 where it is none.</param>
internal readonly record struct JsonPlace(string Field, int Index = -1)
{
    public JsonPlace At(int index) => this with { Index = index };

    public override string ToString() => Index < 0 ? Field : $"{Field}[{Index}]";
}
