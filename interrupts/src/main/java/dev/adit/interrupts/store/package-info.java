/** Where functions keep their messages: MSI, MSI-X, IMS in device memory and in queue memory. */
@NullMarked
package dev.adit.interrupts.store;

import org.jspecify.annotations.NullMarked;
