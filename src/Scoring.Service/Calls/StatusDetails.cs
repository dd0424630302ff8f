using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Scoring.V1;

namespace Scoring.Service.Calls;

/// <summary>
/// The <c>google.rpc.Status</c> of a call that failed, in which generic clients look for what they know: the field at fault, and when to come back.
/// </summary>
internal static class StatusDetails
{
    /// <summary>The messages that a status carries as its details.</summary>
    public static readonly TypeRegistry Types = TypeRegistry.FromMessages(Error.Descriptor, BadRequest.Descriptor, RetryInfo.Descriptor);

    public static Status Of(Error error)
    {
        var status = new Status { Code = (int)error.Code, Message = error.Message, Details = { Any.Pack(error) } };
        if (error.Field.Length > 0)
        {
            var violation = new BadRequest.Types.FieldViolation { Field = error.Field, Description = error.Message };
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violation } }));
        }

        if (error.RetryAfterMs > 0)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(error.RetryAfterMs)) }));
        }

        return status;
    }
}
