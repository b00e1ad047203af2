/* SQLite behind the contract: the suite. Its own ways stand beside this. */
#include "tests/store/suite.h"

int
main(void)
{
	return suite_run(&store_engine_sqlite);
}
