using System.Collections;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.IntegrationTests.Changes;

/// <summary>What two objects of a type of the model differ in, all that belongs to them included.</summary>
static class EntityComparison
{
    public static IReadOnlyList<string> Differences(this ITypeBase type, object? one, object? other)
    {
        if (one is null || other is null)
            return ReferenceEquals(one, other) ? [] : [$"{type.DisplayName()}: {one ?? "null"} and {other ?? "null"}"];
        if (one.GetType() != other.GetType())
            return [$"{type.DisplayName()}: {one.GetType()} and {other.GetType()}"];
        return [.. type.GetProperties().Where(property => !property.IsShadowProperty()).SelectMany(property => Different(property, one, other)),
            .. type.GetComplexProperties().SelectMany(complex => Parts(complex.ComplexType, complex, complex.IsCollection, one, other)),
            .. (type as IEntityType)?.GetNavigations().Where(navigation => navigation.ForeignKey.IsOwnership && !navigation.IsOnDependent)
                .SelectMany(navigation => Parts(navigation.TargetEntityType, navigation, navigation.IsCollection, one, other)) ?? []];
    }

    static IEnumerable<string> Different(IProperty property, object one, object other)
    {
        var (left, right) = (property.GetGetter().GetClrValue(one), property.GetGetter().GetClrValue(other));
        var areEqual = (left, right) switch
        {
            (JsonDocument l, JsonDocument r) => l.RootElement.GetRawText() == r.RootElement.GetRawText(),
            (JsonElement l, JsonElement r) => l.GetRawText() == r.GetRawText(),
            (DateTime l, DateTime r) => l == r && l.Kind == r.Kind,
            (DateTimeOffset l, DateTimeOffset r) => l.EqualsExact(r),
            (decimal l, decimal r) => l == r && l.Scale == r.Scale,
            (IEnumerable l, IEnumerable r) => l.GetType() == r.GetType() && JsonSerializer.Serialize(l.Cast<object>().Select(Text)) == JsonSerializer.Serialize(r.Cast<object>().Select(Text)),
            _ => Equals(left, right),
        };
        return areEqual ? [] : [$"{property.DeclaringType.DisplayName()}.{property.Name}: {Text(left)} and {Text(right)}"];
    }

    static IEnumerable<string> Parts(ITypeBase type, IPropertyBase member, bool isCollection, object one, object other)
    {
        var (left, right) = (member.GetGetter().GetClrValue(one), member.GetGetter().GetClrValue(other));
        if (!isCollection || left is null || right is null)
            return type.Differences(left, right);
        var (lefts, rights) = (((IEnumerable)left).Cast<object>().ToArray(), ((IEnumerable)right).Cast<object>().ToArray());
        return lefts.Length != rights.Length
            ? [$"{member.Name}: {lefts.Length} and {rights.Length} elements"]
            : lefts.Zip(rights, type.Differences).SelectMany(differences => differences);
    }

    static string Text(object? value) => value switch
    {
        null => "null",
        DateTime time => $"{time:O}",
        byte[] bytes => Convert.ToHexString(bytes),
        _ => $"{value} ({value.GetType().Name})",
    };
}
