/** What a client does for the commands of its server. */
@NullMarked
package dev.adit.vfiouser.client;

import org.jspecify.annotations.NullMarked;
