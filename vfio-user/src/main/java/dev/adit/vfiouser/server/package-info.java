/** What a server does for each command. */
@NullMarked
package dev.adit.vfiouser.server;

import org.jspecify.annotations.NullMarked;
