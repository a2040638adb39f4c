using Microsoft.EntityFrameworkCore.Storage;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>
/// Makes every command that Entity Framework Core executes a <see cref="TrackedCommand"/>: it builds all of them here, those
/// of queries, of raw SQL and of <c>SaveChanges</c>.
/// </summary>
sealed class TrackedCommandBuilderFactory(IRelationalCommandBuilderFactory factory) : IRelationalCommandBuilderFactory
{
    public IRelationalCommandBuilder Create() => new Builder(factory.Create());

    sealed class Builder(IRelationalCommandBuilder builder) : IRelationalCommandBuilder
    {
        public IReadOnlyList<IRelationalParameter> Parameters => builder.Parameters;

#pragma warning disable CS0618 // obsolete, and still a member
        public IRelationalTypeMappingSource TypeMappingSource => builder.TypeMappingSource;
#pragma warning restore CS0618

        public int CommandTextLength => builder.CommandTextLength;

        public IRelationalCommand Build() => new TrackedCommand(builder.Build());

        public IRelationalCommandBuilder AddParameter(IRelationalParameter parameter)
        {
            builder.AddParameter(parameter);
            return this;
        }

        public IRelationalCommandBuilder RemoveParameterAt(int index)
        {
            builder.RemoveParameterAt(index);
            return this;
        }

        public IRelationalCommandBuilder Append(string value, bool redact = false)
        {
            builder.Append(value, redact);
            return this;
        }

        public IRelationalCommandBuilder Append(FormattableString value, bool redact = false)
        {
            builder.Append(value, redact);
            return this;
        }

        public IRelationalCommandBuilder AppendLine()
        {
            builder.AppendLine();
            return this;
        }

        public IRelationalCommandBuilder IncrementIndent()
        {
            builder.IncrementIndent();
            return this;
        }

        public IRelationalCommandBuilder DecrementIndent()
        {
            builder.DecrementIndent();
            return this;
        }
    }
}
