using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Changes;

/// <summary>Makes objects with the constructor that the model found.</summary>
/// <remarks>
/// A proxy would load lazily, or tell a context of changes, and here is none: in its place there is an object of the class itself. For
/// the same reason a constructor that takes a service, such as a lazy loader, gets <see langword="null"/>.
/// </remarks>
sealed class Instantiation
{
    readonly Type _type;
    readonly ConstructorInfo? _constructor;
    readonly int[] _arguments;
    readonly object?[] _defaults;
    readonly HashSet<Member> _taken;

    Instantiation(Type type, ConstructorInfo? constructor, int[] arguments, Member[] members)
    {
        (_type, _constructor, _arguments) = (type, constructor, arguments);
        _defaults = [.. constructor?.GetParameters().Select(parameter => DefaultOf(parameter.ParameterType)) ?? []];
        _taken = [.. arguments.Where(argument => argument >= 0).Select(argument => members[argument])];
    }

    internal static Instantiation Of(ITypeBase type, Member[] members)
    {
        if (type.ConstructorBinding is ConstructorBinding binding)
            return new Instantiation(type.ClrType, binding.Constructor, [.. binding.ParameterBindings.Select(parameter => IndexOf(parameter, members))], members);
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var constructor = type.ClrType.GetConstructor(Any, Type.EmptyTypes);
        if (constructor is null && !type.ClrType.IsValueType)
            throw new InvalidOperationException($"{type.DisplayName()} is made as a proxy, and its class has no constructor without parameters to make one without.");
        return new Instantiation(type.ClrType, constructor, [], members);
    }

    internal bool Takes(Member member) => _taken.Contains(member);

    internal object Create(object?[] values)
    {
        if (_constructor is null)
            return RuntimeHelpers.GetUninitializedObject(_type);
        var arguments = new object?[_arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = _arguments[i] < 0 || values[_arguments[i]] == Member.NotReported ? _defaults[i] : values[_arguments[i]];
        return _constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }

    static int IndexOf(ParameterBinding parameter, Member[] members) => parameter.ConsumedProperties is [var property]
        ? Array.FindIndex(members, member => string.Equals(member.Property.Name, property.Name, StringComparison.Ordinal))
        : -1;

    static object? DefaultOf(Type type) => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? RuntimeHelpers.GetUninitializedObject(type) : null;
}
