namespace Rx.PgNotify.Benchmarks.Scaling.Curves;

/// <summary>Who receives what.</summary>
/// <param name="Receivers">Listeners, each as in a process of its own.</param>
/// <param name="Channels">That each of them listens to, and that are sent to.</param>
/// <param name="Subscribers">Of each channel, in each of them.</param>
/// <param name="Bytes">Of a payload.</param>
sealed record Load(int Receivers = 1, int Channels = 1, int Subscribers = 1, int Bytes = 8);
