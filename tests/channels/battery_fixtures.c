/* battery_fixtures: what the battery is told of each channel. */
#include "tests/channels/battery.h"

extern const struct battery_fixture battery_email, battery_slack, battery_sms,
    battery_whatsapp;

const struct battery_fixture *const battery_fixtures[] = {
    &battery_slack, &battery_whatsapp, &battery_sms, &battery_email, NULL};
