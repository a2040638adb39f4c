using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>A member of a type of the model: how it is read, and where it is put.</summary>
abstract class Member(IPropertyBase property)
{
    Action<object, object?>? _setter;

    /// <summary>Stands for a value that there is none of: the member stays as its object was made.</summary>
    internal static object NotReported { get; } = new();

    internal IPropertyBase Property { get; } = property;

    internal abstract object? Read(JsonElement source);

    internal virtual void Set(object instance, object? value) => _setter?.Invoke(instance, value);

    /// <summary>To be called before the first <see cref="Set"/>, of members that no constructor takes: those may be read-only.</summary>
    internal void FindSetter() => _setter = SetterOf(Property);

    /// <summary>
    /// Writes a member as the model says, its field or its property; <see langword="null"/> if the objects have none.
    /// </summary>
    private protected static Action<object, object?>? SetterOf(IPropertyBase property)
    {
        if (property.IsShadowProperty())
            return null;
        if (property.IsIndexerProperty())
            return (instance, value) => property.PropertyInfo!.SetValue(instance, value, [property.Name]);
        return property.GetMemberInfo(forMaterialization: true, forSet: true) switch
        {
            FieldInfo field => field.SetValue,
            PropertyInfo info => (instance, value) => info.SetValue(instance, value, BindingFlags.DoNotWrapExceptions, binder: null, index: null, culture: null),
            _ => null,
        };
    }
}
