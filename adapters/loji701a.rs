//! LOJI701A: an event of a pick-up order becomes a DocumentTraceAbilityOrderRetail.
