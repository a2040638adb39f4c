using System.Text;
using Microsoft.CodeAnalysis;

namespace Rx.PgNotify.IntegrationTests.Packages;

/// <summary>A library's public types and members as text like C#, sorted, with the annotations of nullability.</summary>
static class PublicSurface
{
    static readonly SymbolDisplayFormat s_type = new(
        globalNamespaceStyle: SymbolDisplayGlobalNamespaceStyle.Omitted,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints
            | SymbolDisplayGenericsOptions.IncludeVariance,
        kindOptions: SymbolDisplayKindOptions.IncludeTypeKeyword,
        miscellaneousOptions: Words);

    static readonly SymbolDisplayFormat s_member = new(
        globalNamespaceStyle: SymbolDisplayGlobalNamespaceStyle.Omitted,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeRef
            | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeConstantValue,
        parameterOptions: SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeParamsRefOut
            | SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeExtensionThis,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        miscellaneousOptions: Words);

    const SymbolDisplayMiscellaneousOptions Words = SymbolDisplayMiscellaneousOptions.UseSpecialTypes
        | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
        | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers
        | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral;

    internal static string Of(PackableLibrary library)
    {
        var text = new StringBuilder();
        foreach (var type in library.PublicTypes().OrderBy(type => type.ToDisplayString(), StringComparer.Ordinal))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(Head(type)).Append('\n');
            var members = PackableLibrary.PublicMembers(type)
                .Where(member => member is not INamedTypeSymbol)
                .Select(member => (member.Name, Text: member.ToDisplayString(s_member)))
                .OrderBy(member => member.Name, StringComparer.Ordinal)
                .ThenBy(member => member.Text, StringComparer.Ordinal);
            foreach (var (_, member) in members)
                text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    static string Head(INamedTypeSymbol type)
    {
        var words = new List<string>();
        if (type.IsStatic)
            words.Add("static");
        else if (type is { IsAbstract: true, TypeKind: TypeKind.Class })
            words.Add("abstract");
        else if (type is { IsSealed: true, TypeKind: TypeKind.Class })
            words.Add("sealed");
        words.Add(type.ToDisplayString(s_type));
        var bases = type is { TypeKind: TypeKind.Class, BaseType.SpecialType: not SpecialType.System_Object } ? [type.BaseType!] : Array.Empty<INamedTypeSymbol>();
        if (type is { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } number })
            bases = [number];
        var names = bases.Concat(type.Interfaces).Select(item => item.ToDisplayString(s_member)).ToList();
        return string.Join(' ', words) + (names.Count > 0 ? $" : {string.Join(", ", names)}" : "");
    }
}
