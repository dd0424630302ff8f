using k8s;
using k8s.Models;
using Scoring.Deploy.Tests.Kinds;

namespace Scoring.Deploy.Tests.Manifests;

/// <summary>
/// All that an overlay of <c>deploy/kubernetes</c> comes to, as <c>deploy/render</c> has rendered it. A field that its kind does not have is refused.
/// </summary>
internal sealed class Deployed
{
    public const string Rendered = "deploy/kubernetes/rendered";

    private readonly IReadOnlyList<IKubernetesObject<V1ObjectMeta>> _objects;

    private Deployed(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects) => _objects = objects;

    public static IReadOnlyList<string> Overlays { get; } = Folders("overlays");

    public static IReadOnlyList<string> Components { get; } = Folders("components");

    public V1Deployment Deployment => All<V1Deployment>().Single();

    public V1PodSpec Pod => Deployment.Spec.Template.Spec;

    public IDictionary<string, string> PodLabels => Deployment.Spec.Template.Metadata.Labels;

    /// <summary>The service's own, among others of the pod.</summary>
    public V1Container Container => Pod.Containers.Single(container => container.Name == "scoring");

    /// <summary>All of the pod's, those beside the service too.</summary>
    public IEnumerable<V1Container> Containers => [.. Pod.Containers, .. Pod.InitContainers ?? []];

    /// <summary>The settings that the container gives to the service, over those of <c>deploy/appsettings.json</c>.</summary>
    public Settings Settings =>
        new(Container.Env.Where(variable => variable.Value is not null).DistinctBy(
            variable => variable.Name).ToDictionary(variable => variable.Name, variable => variable.Value));

    public static string Text(string overlay) => Repository.Read($"{Rendered}/{overlay}.yaml");

    public static Deployed Load(string overlay) => Parse(Text(overlay));

    public static Deployed Parse(string yaml) =>
        new([.. KubernetesYaml.LoadAllFromString(yaml, CustomKinds.All, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()]);

    public IEnumerable<T> All<T>()
        where T : IKubernetesObject<V1ObjectMeta> => _objects.OfType<T>();

    public IEnumerable<IKubernetesObject<V1ObjectMeta>> All() => _objects;

    public bool Has<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => All<T>().Any(item => item.Metadata.Name == name);

    private static string[] Folders(string kind) =>
        [.. Directory.GetDirectories(Repository.PathOf($"deploy/kubernetes/{kind}")).Select(folder => Path.GetFileName(folder)).Order()];
}
