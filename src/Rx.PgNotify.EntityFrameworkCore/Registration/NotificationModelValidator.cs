using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Rx.PgNotify.EntityFrameworkCore.Model;

namespace Rx.PgNotify.EntityFrameworkCore.Registration;

/// <summary>Checks a model once its provider has found it valid: all conventions have run, all names are final.</summary>
sealed class NotificationModelValidator(IModelValidator inner) : IModelValidator
{
    public void Validate(IModel model, IDiagnosticsLogger<DbLoggerCategory.Model.Validation> logger)
    {
        inner.Validate(model, logger);
        ModelCheck.Run(model);
    }
}
