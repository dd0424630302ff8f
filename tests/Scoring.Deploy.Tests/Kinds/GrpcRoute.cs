namespace Scoring.Deploy.Tests.Kinds;

/// <summary>The Gateway API's: where calls go from a gateway.</summary>
public sealed class GrpcRoute : CustomResource
{
    public RouteSpec Spec { get; set; } = new();

    public sealed class RouteSpec
    {
        public List<ParentReference> ParentRefs { get; set; } = [];

        public List<string> Hostnames { get; set; } = [];

        public List<Rule> Rules { get; set; } = [];
    }

    public sealed class ParentReference
    {
        public string Name { get; set; } = string.Empty;

        public string SectionName { get; set; } = string.Empty;
    }

    public sealed class Rule
    {
        public List<BackendReference> BackendRefs { get; set; } = [];
    }

    public sealed class BackendReference
    {
        public string Name { get; set; } = string.Empty;

        public int Port { get; set; }
    }
}
