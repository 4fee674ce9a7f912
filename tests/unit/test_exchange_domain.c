/* The domain of a training in the description of safetensors: what is exported is
 * imported, and what is not sound is refused by name.
 */
#include "../exchange_edit.h"

static void
test_domain(void **state)
{
    static const char *const wrong[][3] = {
        {"\"inputs\":[\"t2m\"]", "\"inputs\":[]", "'inputs' is no list"},
        {"\"inputs\":[\"t2m\"]", "\"inputs\":[3]", "inputs[0] is no text"},
        {"\"inputs\":[\"t2m\"]", "\"inputs\":[\"t2n\"]", "input 1 is none"},
        {"\"inputs\":[\"t2m\"]", "\"inputs\":[\"veg=7\"]", "input 1 is none"},
        {"\"inputs\":[\"t2m\"]", "\"inputs\":[\"t2m\",\"t2m\"]",
         "'mean' is no list of 2"},
        {"\"spread\":[0.5]", "\"spread\":[-1]", "range of 't2m'"},
        {"\"spread\":[0.5]", "\"spread\":[\"a\"]", "'spread' lacks a number"},
        {"\"white\":[0.75]", "\"white\":[0.75,1]", "'white' is no list of 1"},
        {"\"white\":[0.75]", "\"white\":[0]", "row 1 of the factor"},
        {"\"limit\":2.5", "\"limit\":0", "the limit is not sound"},
        {"\"limit\":2.5", "\"limits\":2.5", "'limit' lacks a number"},
        {"\"limit\":2.5", "\"more\":1,\"limit\":2.5", "no object of 8 keys"},
        {"\"domain\":{", "\"domain\":[],\"x\":{", "unknown key 'x'"},
    };
    const edit whole = {0};
    tk_trained m = {0}, want;
    double worst;

    (void)state;
    with_domain = true;
    want = sample();
    CHECK_OK(import_edited(&whole, "", &m, &worst));
    assert_true(m.domain.n == 1 && tk_domain_same(&m.domain, &want.domain));
    tk_trained_drop(&m);
    tk_trained_drop(&want);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        refuses((edit){.from = wrong[i][0], .to = wrong[i][1]}, wrong[i][2]);
    with_domain = false;
    refuses((edit){.from = "\"static\":[", .to = "\"domain\":3,\"static\":["},
            "no object of 8 keys");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domain),
    };

    return EXCHANGE_RUN(tests, "exchange_domain");
}
