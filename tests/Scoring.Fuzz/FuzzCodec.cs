namespace Scoring.Fuzz;

/// <summary>The codec that an input is for.</summary>
internal enum FuzzCodec
{
    Request,
    Response,
    Inference,
}
