using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>The files of a page, which are inside an assembly.</summary>
static class PageFiles
{
    const string Folder = "Page/";

    internal static void MapPage(this IEndpointRouteBuilder routes, Assembly assembly)
    {
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            var name = resource[Folder.Length..];
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            routes.MapGet(name is "index.html" ? "/" : $"/{name}", () => TypedResults.Bytes(content, ContentType(name)));
        }
    }

    static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"No content type for {other}."),
    };
}
