// Generated from the management API's OpenAPI document by `npm run api`. Not edited by hand.
// Document: sha256 1af3443f5a6b3f9df053771d966e38ffb2a64c53315f35e5310c7a711ce8ef66 (tests/console/test_source.py compares it with the API's).

export interface paths {
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Audit
         * @description The audit log.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Channels
         * @description The channels.
         */
        get: operations["list_channels"];
        put?: never;
        /**
         * Create Channel
         * @description Creates a channel. Nothing is asked of the upstream; test it afterwards, or before with /channels/test.
         */
        post: operations["create_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{channel_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Channel
         * @description One channel, but for its keys.
         */
        get: operations["get_channel"];
        put?: never;
        post?: never;
        /**
         * Delete Channel
         * @description Deletes a channel; requests that are on it run to their end, and its logs stay.
         */
        delete: operations["delete_channel"];
        options?: never;
        head?: never;
        /**
         * Update Channel
         * @description Changes a channel.
         */
        patch: operations["update_channel"];
        trace?: never;
    };
    "/api/v1/channels/{channel_id}/diagnose": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Diagnose Channel
         * @description Tries a channel's address with and without its version segment, and says what to change.
         */
        post: operations["diagnose_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{channel_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Channel
         * @description Makes one small real call by a channel, and keeps what came of it with the channel.
         */
        post: operations["test_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{channel_id}/urls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Channel Urls
         * @description What a channel calls for each format.
         */
        get: operations["get_channel_urls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bulk Update Channels
         * @description Enables, disables or deletes many channels in one transaction.
         */
        post: operations["bulk_update_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/diagnose": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Diagnose Unsaved Channel
         * @description Tries an unsaved channel's address with and without its version segment, and says what to change.
         */
        post: operations["diagnose_unsaved_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/fetch-models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetch Upstream Models
         * @description Asks the upstream which models it has.
         */
        post: operations["fetch_upstream_models"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve Channel Urls
         * @description What an unsaved channel would call. Nothing is called.
         */
        post: operations["resolve_channel_urls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Unsaved Channel
         * @description Makes one small real call by an unsaved channel.
         */
        post: operations["test_unsaved_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/test-many": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Channels
         * @description Makes one small real call by each channel, or for each of its models, some at a time.
         *
         *     Answers with server-sent events: `plan` ({"count"}) once, `result` (a ChannelTest) for each call in the order they
         *     end, `done` ({"ok", "failed"}) last. What came of a channel is kept with it: its first failure if it had one.
         */
        post: operations["test_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Groups
         * @description The groups. Sorted by id, name or multiplier.
         */
        get: operations["list_groups"];
        put?: never;
        /**
         * Create Group
         * @description Creates a group.
         */
        post: operations["create_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/groups/{group_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Group
         * @description One group.
         */
        get: operations["get_group"];
        put?: never;
        post?: never;
        /**
         * Delete Group
         * @description Deletes a group that no user is in and no channel serves.
         */
        delete: operations["delete_group"];
        options?: never;
        head?: never;
        /**
         * Update Group
         * @description Changes a group; the multiplier counts for requests from now on.
         */
        patch: operations["update_group"];
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Health
         * @description How this worker is. That the caller could be looked up means that the database answers.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Models
         * @description The exact names of the models one may ask for.
         */
        get: operations["list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Prices
         * @description The prices, with source and date.
         */
        get: operations["list_prices"];
        /**
         * Set Price
         * @description Sets the price of a model, for requests from now on. Charges made before keep the price they were made by.
         */
        put: operations["set_price"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/{price_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete Price
         * @description Removes a price: the model costs the default price from now on.
         */
        delete: operations["delete_price"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import Prices
         * @description Takes prices from a file. Prices set by hand or by the config file stay, unless told otherwise.
         */
        post: operations["import_prices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prices/unpriced": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Unpriced Models
         * @description The models that channels serve without a price of their own.
         */
        get: operations["list_unpriced_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Providers
         * @description The providers, with what the form of a channel needs: key hint, addresses, options, base models.
         */
        get: operations["list_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Requests
         * @description The request log, the newest first.
         */
        get: operations["list_requests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/requests/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Request
         * @description One request: its attempts, its usage, and the arithmetic of its charge.
         */
        get: operations["get_request"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/requests/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Request Facets
         * @description The most frequent models, channels, tokens, users and statuses among the filtered requests.
         */
        get: operations["get_request_facets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/requests/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch Requests
         * @description The filtered requests as they are logged, as server-sent events: `ready` once, then `requests` (a LiveBatch).
         *
         *     Whoever comes back with `Last-Event-ID` gets what was missed, as far as one event holds it. The stream ends with
         *     the caller's session.
         */
        get: operations["watch_requests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/requests/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Request Summary
         * @description The filtered requests over time, in at most 60 stretches or in days; their sums; their percentiles.
         */
        get: operations["get_request_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain Routing
         * @description The channels a request would be offered to, with the probability of each; and why the others are left out.
         */
        get: operations["explain_routing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routing/troubles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Troubles
         * @description The newest failure of each channel within the last 24 hours, and how many there were.
         */
        get: operations["list_troubles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show Session
         * @description Who is signed in.
         */
        get: operations["show_session"];
        put?: never;
        /**
         * Sign In
         * @description Signs in: sets the session cookie, always a new one.
         */
        post: operations["sign_in"];
        /**
         * Sign Out
         * @description Ends the session: its cookie is worth nothing from now on.
         */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change Password
         * @description Changes one's own password. Every other session of the user ends.
         */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finish Setup
         * @description Chooses a password by the one-time link, and signs in. The link works once.
         */
        post: operations["finish_setup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Settings
         * @description Every setting, with its meaning.
         */
        get: operations["list_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update Settings
         * @description Changes settings; they count at once.
         */
        patch: operations["update_settings"];
        trace?: never;
    };
    "/api/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Stats
         * @description Requests, errors, tokens and spend over a range of time, by bucket and by what they have in common.
         */
        get: operations["get_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get System
         * @description Versions and sizes.
         */
        get: operations["get_system"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tokens
         * @description The tokens; a plain user sees its own.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Create Token
         * @description Creates a token and shows its key, this once.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Token
         * @description One token, but for its key.
         */
        get: operations["get_token"];
        put?: never;
        post?: never;
        /**
         * Delete Token
         * @description Deletes a token: its key is refused from now on.
         */
        delete: operations["delete_token"];
        options?: never;
        head?: never;
        /**
         * Update Token
         * @description Changes a token. A new limit leaves spent what was spent.
         */
        patch: operations["update_token"];
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Users
         * @description The users.
         */
        get: operations["list_users"];
        put?: never;
        /**
         * Create User
         * @description Creates a user with an account of its own. An admin creates plain users; root creates anybody.
         */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get User
         * @description One user; a plain user sees only itself.
         */
        get: operations["get_user"];
        put?: never;
        post?: never;
        /**
         * Delete User
         * @description Deletes a user with its tokens; the logs stay.
         */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /**
         * Update User
         * @description Changes a user. A new password or a disabled status ends the user's sessions.
         */
        patch: operations["update_user"];
        trace?: never;
    };
    "/api/v1/users/{user_id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set User Balance
         * @description Sets the balance. It counts at once, on this and every other worker.
         */
        put: operations["set_user_balance"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}/balance/adjust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adjust User Balance
         * @description Adds to the balance, or takes from it.
         */
        post: operations["adjust_user_balance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List User Entries
         * @description The movements of a user's money. Sorted by id. A plain user sees only its own.
         */
        get: operations["list_user_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Arithmetic
         * @description How the charge came about.
         */
        Arithmetic: {
            /** As Of */
            as_of: string;
            /** Lines */
            lines: components["schemas"]["PriceLine"][];
            /**
             * Model
             * @description The model of the price row.
             */
            model: string;
            /**
             * Multiplier Ppm
             * @description The group's price multiplier, in millionths.
             */
            multiplier_ppm: number;
            /** Source */
            source: string;
        };
        /**
         * AttemptView
         * @description One try at one channel.
         */
        AttemptView: {
            /** Channel Id */
            channel_id: number | null;
            /** Channel Name */
            channel_name: string | null;
            /** @description null for plain users, and where it was not noted. */
            choice: components["schemas"]["ChoiceView"] | null;
            /** Duration Ms */
            duration_ms: number;
            /**
             * Head Ms
             * @description After started_ms: the head of the answer came; 0: none did.
             */
            head_ms: number;
            /**
             * Key Hint
             * @description What of that key may be shown; "" when it is gone.
             */
            key_hint: string | null;
            /**
             * Key Id
             * @description Which of the channel's keys; 0 when it has but one, null for plain users.
             */
            key_id: number | null;
            /**
             * Message
             * @description What the upstream said, without secrets; null for plain users.
             */
            message: string | null;
            /** Outcome */
            outcome: string;
            /** Seq */
            seq: number;
            /**
             * Started Ms
             * @description After the request's created_ms.
             */
            started_ms: number;
            /** Status */
            status: number;
        };
        /**
         * AuditPage
         * @description One page of the audit log.
         */
        AuditPage: {
            /** Items */
            items: components["schemas"]["AuditView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * AuditView
         * @description Who changed what, and when.
         */
        AuditView: {
            /**
             * Action
             * @example channel.update
             */
            action: string;
            /**
             * Actor Id
             * @description 0: the command line or the config file.
             */
            actor_id: number;
            /** Actor Name */
            actor_name: string | null;
            /** Address */
            address: string;
            /** At Ms */
            at_ms: number;
            /**
             * Detail
             * @description What changed: field -> [before, after]; secrets left out.
             */
            detail: {
                [key: string]: unknown;
            };
            /** Id */
            id: number;
            /**
             * Target
             * @example channel:12
             */
            target: string;
        };
        /**
         * BalanceChange
         * @description What to add to the balance; negative takes away.
         */
        BalanceChange: {
            /**
             * Amount Usd
             * @description Dollars, at most nine decimals: better as text, for numbers lose exactness.
             */
            amount_usd: string | number;
            /**
             * Remark
             * @default
             */
            remark?: string;
        };
        /**
         * BarView
         * @description The requests of one stretch of time.
         */
        BarView: {
            /** Errors */
            errors: number;
            /** Requests */
            requests: number;
            /** Start Ms */
            start_ms: number;
        };
        /**
         * BulkChange
         * @description What to do with many channels.
         */
        BulkChange: {
            /**
             * Action
             * @enum {string}
             */
            action: "enable" | "disable" | "delete";
            /** Ids */
            ids: number[];
        };
        /**
         * BulkDone
         * @description What was done.
         */
        BulkDone: {
            /** Done */
            done: number[];
            /**
             * Missing
             * @description Ids that stand for no channel.
             */
            missing: number[];
        };
        /**
         * ChannelPage
         * @description One page of channels.
         */
        ChannelPage: {
            /** Items */
            items: components["schemas"]["ChannelView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * ChannelPatch
         * @description What to change of a channel. Its keys stay as they are when they are left out: `key` replaces all of them, `keys`
         *     arranges, enables, disables, adds and removes. They must be given again when the channel is to send them to another
         *     host.
         */
        ChannelPatch: {
            /** Base Url */
            base_url?: string;
            /** Groups */
            groups?: string[];
            /**
             * Key
             * @description One key, or several: one a line.
             */
            key?: string;
            /** Keys */
            keys?: components["schemas"]["KeyWish"][];
            /** Model Mapping */
            model_mapping?: {
                [key: string]: string;
            };
            /** Models */
            models?: string[];
            /** Name */
            name?: string;
            /** Options */
            options?: {
                [key: string]: string;
            };
            /** Priority */
            priority?: number;
            /** Provider */
            provider?: string;
            /** Proxy Url */
            proxy_url?: string;
            /** Remark */
            remark?: string;
            /**
             * Status
             * @enum {string}
             */
            status?: "enabled" | "disabled";
            /** Weight */
            weight?: number;
        };
        /**
         * ChannelView
         * @description A channel, but for its keys.
         */
        ChannelView: {
            /**
             * Base Url
             * @description As typed; "" is the provider's own address.
             */
            base_url: string;
            /** Created Ms */
            created_ms: number;
            /** Groups */
            groups: string[];
            /** Id */
            id: number;
            /**
             * Key Hint
             * @description What of the first key may be shown; "" when there is none.
             */
            key_hint: string;
            /**
             * Keys
             * @description Its keys, each used in its turn.
             */
            keys: components["schemas"]["KeyView"][];
            last_test: components["schemas"]["LastTest"] | null;
            /**
             * Model Mapping
             * @description Asked name -> the upstream's name.
             */
            model_mapping: {
                [key: string]: string;
            };
            /**
             * Models
             * @description The exact names it serves.
             */
            models: string[];
            /** Name */
            name: string;
            /**
             * Options
             * @description The provider's own form fields.
             */
            options: {
                [key: string]: string;
            };
            /**
             * Priority
             * @description Higher goes first.
             */
            priority: number;
            /** Provider */
            provider: string;
            /**
             * Proxy Url
             * @description The proxy it is reached through; user and password in it are shown as `***`, which means unchanged where it is sent back.
             */
            proxy_url: string;
            /** Remark */
            remark: string;
            /**
             * Rev
             * @description Rises with each change; `If-Match: "rev"` lets a change be made from this.
             */
            rev: number;
            /**
             * Status
             * @enum {string}
             */
            status: "enabled" | "disabled";
            /** Updated Ms */
            updated_ms: number;
            /**
             * Weight
             * @description Its share among channels of the same priority.
             */
            weight: number;
        };
        /**
         * ChoiceView
         * @description Why a channel was chosen, at the time.
         */
        ChoiceView: {
            /**
             * Among
             * @description How many channels of its priority it was drawn from; 1: there was no choice.
             */
            among: number;
            /**
             * Bridged
             * @description Its answer was translated: none that speaks the client's protocol was left.
             */
            bridged: boolean;
            /**
             * Last Resort
             * @description It was resting itself, and no other was left.
             */
            last_resort: boolean;
            /** Priority */
            priority: number;
            /**
             * Resting
             * @description How many of its priority were set aside because they had failed lately.
             */
            resting: number;
            /** Weight */
            weight: number;
            /**
             * Weights
             * @description The sum of the weights it was drawn by.
             */
            weights: number;
        };
        /**
         * CreatedToken
         * @description A new token with its key. The key is shown this once.
         */
        CreatedToken: {
            /**
             * Addresses
             * @description Where it may be used from; null: from anywhere.
             */
            addresses: string[] | null;
            /**
             * Always Usage
             * @description Whether every stream ends with a usage chunk, asked for or not.
             */
            always_usage: boolean;
            /** Created Ms */
            created_ms: number;
            /** Expires Ms */
            expires_ms: number | null;
            /** Id */
            id: number;
            /** Key */
            key: string;
            /** Key Hint */
            key_hint: string;
            /**
             * Limit Usd
             * @description All it may ever spend; null: as much as its user has.
             */
            limit_usd: string | null;
            /**
             * Models
             * @description The models it may use; null: every model.
             */
            models: string[] | null;
            /** Name */
            name: string;
            /** Requests Per Minute */
            requests_per_minute: number | null;
            /**
             * Rev
             * @description Rises with each change; `If-Match: "rev"` lets a change be made from this.
             */
            rev: number;
            /**
             * Scope
             * @description relay: for clients of the models; management: for this API.
             * @enum {string}
             */
            scope: "relay" | "management";
            /**
             * Spent Usd
             * @description What of the limit is spent; null without a limit.
             */
            spent_usd: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "enabled" | "disabled";
            /** Updated Ms */
            updated_ms: number;
            /** User Id */
            user_id: number;
            /** User Name */
            user_name: string;
        };
        /**
         * Diagnosis
         * @description What was tried, the channel's own address first.
         */
        Diagnosis: {
            /** Steps */
            steps: components["schemas"]["StepView"][];
        };
        /**
         * DiagnosisWish
         * @description What to ask; the list of models if no model is given.
         */
        DiagnosisWish: {
            /** Model */
            model?: string | null;
        };
        /**
         * Dimension
         * @description What rows are put together by.
         * @enum {string}
         */
        Dimension: "none" | "model" | "channel" | "user" | "token";
        /**
         * Done
         * @description The operation succeeded.
         */
        Done: {
            /**
             * Ok
             * @default true
             * @constant
             */
            ok?: true;
        };
        /**
         * EntryPage
         * @description One page of movements.
         */
        EntryPage: {
            /** Items */
            items: components["schemas"]["EntryView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * EntryProblem
         * @description An entry of a file that could not be read.
         */
        EntryProblem: {
            /** Entry */
            entry: string;
            /** Reason */
            reason: string;
        };
        /**
         * EntryView
         * @description One movement of money. What is charged in an hour is one, which grows with each request.
         */
        EntryView: {
            /**
             * Actor Id
             * @description Who adjusted; 0 is the command line or the config file.
             */
            actor_id: number | null;
            /**
             * Amount Usd
             * @description Dollars as exact decimal text.
             * @example 200.00
             */
            amount_usd: string;
            /**
             * Created Ms
             * @description When it was made; of a charge: the start of the hour its requests came in.
             */
            created_ms: number;
            /** Id */
            id: number;
            /**
             * Kind
             * @description opening, adjust or charge.
             */
            kind: string;
            /** Remark */
            remark: string;
            /**
             * Requests
             * @description How many requests a charge sums up; 0 for what is no charge.
             */
            requests: number;
        };
        /**
         * ErrorBody
         * @description The body of every answer that is not a success.
         */
        ErrorBody: {
            error: components["schemas"]["ErrorDetail"];
        };
        /**
         * ErrorDetail
         * @description What went wrong.
         */
        ErrorDetail: {
            /**
             * Code
             * @description A stable word for the kind of error.
             */
            code: string;
            /**
             * Message
             * @description What happened, and what to change, in English.
             */
            message: string;
            /**
             * Param
             * @description The field the error is about, when there is one.
             */
            param?: string | null;
            /**
             * Request Id
             * @description Also in the header x-request-id.
             */
            request_id: string;
        };
        /**
         * Explanation
         * @description Where a request goes at this moment, by this worker's knowledge.
         */
        Explanation: {
            /** Group */
            group: string;
            /**
             * Items
             * @description Those first that are asked first.
             */
            items: components["schemas"]["StandingView"][];
            /**
             * Others
             * @description How many channels have nothing to do with the model.
             */
            others: number;
            /**
             * Refusals
             * @description Why the token's request would not even be routed.
             */
            refusals: ("management_token" | "token_disabled" | "token_expired" | "model_not_allowed" | "insufficient_quota")[];
        };
        /**
         * FacetsView
         * @description What the filtered requests are made of: the most frequent values of each field.
         */
        FacetsView: {
            /**
             * Channel Id
             * @description Empty for plain users.
             */
            channel_id: components["schemas"]["FacetView"][];
            /**
             * Complete
             * @description Whether that is all of them.
             */
            complete: boolean;
            /**
             * Counted
             * @description How many requests were counted: the newest.
             */
            counted: number;
            /** Model */
            model: components["schemas"]["FacetView"][];
            /** Status */
            status: components["schemas"]["FacetView"][];
            /** Token Id */
            token_id: components["schemas"]["FacetView"][];
            /**
             * User Id
             * @description Empty for plain users.
             */
            user_id: components["schemas"]["FacetView"][];
        };
        /**
         * FacetView
         * @description One value of a field.
         */
        FacetView: {
            /** Count */
            count: number;
            /**
             * Name
             * @description The name of the channel, token or user.
             */
            name: string | null;
            /**
             * Value
             * @description As the filter of the same name takes it.
             */
            value: string;
        };
        /**
         * FetchedModels
         * @description The models an upstream lists.
         */
        FetchedModels: {
            /** Models */
            models: string[];
        };
        /**
         * Format
         * @description A wire protocol a client or an upstream may speak.
         * @enum {string}
         */
        Format: "openai_chat" | "openai_completions" | "openai_responses" | "anthropic" | "gemini" | "converse" | "cohere_chat" | "embeddings" | "rerank" | "images" | "image_edits" | "image_variations" | "speech" | "transcriptions" | "translations" | "moderations" | "realtime" | "files" | "batches" | "fine_tuning";
        /**
         * GroupPage
         * @description One page of groups.
         */
        GroupPage: {
            /** Items */
            items: components["schemas"]["GroupView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * GroupPatch
         * @description What to change of a group. Its name stays: users and channels refer to it.
         */
        GroupPatch: {
            /** Multiplier */
            multiplier?: number | string;
            /** Remark */
            remark?: string;
        };
        /**
         * GroupView
         * @description A group.
         */
        GroupView: {
            /** Created Ms */
            created_ms: number;
            /** Id */
            id: number;
            /**
             * Multiplier
             * @description What every price is multiplied with, as decimal text.
             * @example 1
             */
            multiplier: string;
            /** Name */
            name: string;
            /** Remark */
            remark: string;
            /**
             * Rev
             * @description Rises with each change; `If-Match: "rev"` lets a change be made from this.
             */
            rev: number;
            /** Updated Ms */
            updated_ms: number;
        };
        /**
         * HealthView
         * @description How this worker is.
         */
        HealthView: {
            /**
             * Database
             * @description sqlite or postgresql.
             */
            database: string;
            /**
             * Details
             * @description What the worker says of itself.
             */
            details: {
                [key: string]: unknown;
            };
            /** Version */
            version: string;
        };
        /**
         * ImportDone
         * @description What came of an import.
         */
        ImportDone: {
            /**
             * Changed
             * @description The models whose price changed, or would.
             */
            changed: string[];
            /** Problems */
            problems: components["schemas"]["EntryProblem"][];
            /**
             * Read
             * @description Prices the file holds.
             */
            read: number;
            /**
             * Skipped
             * @description Entries that are no prices.
             */
            skipped: number;
        };
        /**
         * KeyTrouble
         * @description Why the upstream refused a key when it was last used. It rests, and is tried again later.
         */
        KeyTrouble: {
            /** At Ms */
            at_ms: number;
            /**
             * Message
             * @description What the upstream said, without secrets.
             */
            message: string;
            /**
             * Outcome
             * @description auth: refused, or no money left; credential: what it bought was refused; rate: too many requests.
             * @enum {string}
             */
            outcome: "auth" | "credential" | "rate";
            /**
             * Status
             * @description The upstream's HTTP status; 0 when none came.
             */
            status: number;
        };
        /**
         * KeyView
         * @description A key of a channel, but for the key itself.
         */
        KeyView: {
            /**
             * Hint
             * @description What of it may be shown.
             */
            hint: string;
            /**
             * Id
             * @description Its number in the channel, never given out again.
             */
            id: number;
            /**
             * Status
             * @enum {string}
             */
            status: "enabled" | "disabled";
            /** @description Told apart only where a channel has several keys. */
            trouble: components["schemas"]["KeyTrouble"] | null;
        };
        /**
         * KeyWish
         * @description A key that is there, by its id, or a new one.
         */
        KeyWish: {
            /** Id */
            id?: number | null;
            /** Key */
            key?: string | null;
            /**
             * Status
             * @default enabled
             * @enum {string}
             */
            status?: "enabled" | "disabled";
        };
        /**
         * LastTest
         * @description What came of the last test of a channel.
         */
        LastTest: {
            /** At Ms */
            at_ms: number;
            /** Latency Ms */
            latency_ms: number;
            /** Message */
            message: string;
            /** Model */
            model: string;
            /** Ok */
            ok: boolean;
        };
        /**
         * ModelList
         * @description The models that enabled channels serve to the caller's group; to admins: all.
         */
        ModelList: {
            /** Items */
            items: string[];
        };
        /**
         * ModelSource
         * @description Where to fetch the list of models: a saved channel or an unsaved one.
         */
        ModelSource: {
            channel?: components["schemas"]["Unsaved"] | null;
            /** Channel Id */
            channel_id?: number | null;
        };
        /**
         * NewBalance
         * @description The balance as it is to be.
         */
        NewBalance: {
            /**
             * Balance Usd
             * @description Dollars, at most nine decimals: better as text, for numbers lose exactness.
             */
            balance_usd: string | number;
            /**
             * Remark
             * @default
             */
            remark?: string;
        };
        /**
         * NewChannel
         * @description A channel to create.
         */
        NewChannel: {
            /**
             * Base Url
             * @default
             */
            base_url?: string;
            /** Groups */
            groups?: string[];
            /**
             * Key
             * @description One key, or several: one a line.
             * @default
             */
            key?: string;
            /** Model Mapping */
            model_mapping?: {
                [key: string]: string;
            };
            /** Models */
            models?: string[];
            /** Name */
            name: string;
            /** Options */
            options?: {
                [key: string]: string;
            };
            /**
             * Priority
             * @default 0
             */
            priority?: number;
            /** Provider */
            provider: string;
            /**
             * Proxy Url
             * @default
             */
            proxy_url?: string;
            /**
             * Remark
             * @default
             */
            remark?: string;
            /**
             * Status
             * @default enabled
             * @enum {string}
             */
            status?: "enabled" | "disabled";
            /**
             * Weight
             * @default 1
             */
            weight?: number;
        };
        /**
         * NewGroup
         * @description A group to create.
         */
        NewGroup: {
            /**
             * Multiplier
             * @default 1
             */
            multiplier?: number | string;
            /** Name */
            name: string;
            /**
             * Remark
             * @default
             */
            remark?: string;
        };
        /**
         * NewPassword
         * @description The password as it is, and as it is to be.
         */
        NewPassword: {
            /** Current Password */
            current_password: string;
            /** Password */
            password: string;
        };
        /**
         * NewToken
         * @description A token to create.
         */
        NewToken: {
            /** Addresses */
            addresses?: string[] | null;
            /**
             * Always Usage
             * @default false
             */
            always_usage?: boolean;
            /** Expires Ms */
            expires_ms?: number | null;
            /**
             * Key
             * @description A key to take over from elsewhere (admins only); made at random if left out.
             */
            key?: string | null;
            /** Limit Usd */
            limit_usd?: (string | number) | null;
            /** Models */
            models?: string[] | null;
            /** Name */
            name: string;
            /** Requests Per Minute */
            requests_per_minute?: number | null;
            /**
             * Scope
             * @default relay
             * @enum {string}
             */
            scope?: "relay" | "management";
            /**
             * Status
             * @default enabled
             * @enum {string}
             */
            status?: "enabled" | "disabled";
            /**
             * User Id
             * @description Whose token it is: one's own if left out.
             */
            user_id?: number | null;
        };
        /**
         * NewUser
         * @description A user to create.
         */
        NewUser: {
            /**
             * Balance Usd
             * @description Dollars, at most nine decimals: better as text, for numbers lose exactness.
             * @default 0
             */
            balance_usd?: string | number;
            /**
             * Group
             * @default default
             */
            group?: string;
            /** Name */
            name: string;
            /**
             * Password
             * @description Without one the user cannot sign in.
             */
            password?: string | null;
            /**
             * Remark
             * @default
             */
            remark?: string;
            /**
             * Role
             * @default user
             * @enum {string}
             */
            role?: "root" | "admin" | "user";
            /**
             * Status
             * @default enabled
             * @enum {string}
             */
            status?: "enabled" | "disabled";
        };
        /**
         * PriceFile
         * @description A price file: ours (JSON or TOML) or LiteLLM's JSON.
         */
        PriceFile: {
            /** As Of */
            as_of?: string | null;
            /** Content */
            content: string;
            /**
             * Dry Run
             * @description Whether only to say what would change.
             * @default false
             */
            dry_run?: boolean;
            /**
             * Overwrite
             * @description Whether prices set by hand or by the config file give way too.
             * @default false
             */
            overwrite?: boolean;
            /**
             * Source
             * @default price file
             */
            source?: string;
        };
        /**
         * PriceIn
         * @description A price to set.
         */
        PriceIn: {
            /**
             * As Of
             * @description Today if left out.
             */
            as_of?: string | null;
            /** Model */
            model: string;
            rates: components["schemas"]["RatesIn"];
            /**
             * Source
             * @default set by hand
             */
            source?: string;
        };
        /**
         * PriceLine
         * @description One line of a charge's arithmetic: count x usd / per x multiplier = amount_usd.
         */
        PriceLine: {
            /** Amount Usd */
            amount_usd: string;
            /** Count */
            count: string;
            /** Per */
            per: number;
            /** Rate */
            rate: string;
            /** Unit */
            unit: string;
            /** Usd */
            usd: string;
        };
        /**
         * PricePage
         * @description One page of prices.
         */
        PricePage: {
            /** Items */
            items: components["schemas"]["PriceView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * PriceView
         * @description A price.
         */
        PriceView: {
            /**
             * As Of
             * @description The date of the source.
             */
            as_of: string;
            /** Created Ms */
            created_ms: number;
            /** Id */
            id: number;
            /**
             * Model
             * @description The exact model name; "*" is the price of every model without one.
             */
            model: string;
            /**
             * Origin
             * @description catalog, config, admin or import.
             */
            origin: string;
            /**
             * Rates
             * @description Dollars as text, by rate; `tiers` is a list of such objects.
             */
            rates: {
                [key: string]: unknown;
            };
            /**
             * Rev
             * @description Rises with each change; `If-Match: "rev"` lets a change be made from this.
             */
            rev: number;
            /** Source */
            source: string;
        };
        /**
         * ProviderField
         * @description One option that a channel of this provider has. Values are texts; a flag's is `true` or `false`.
         */
        ProviderField: {
            /** Choices */
            choices: string[];
            /** Default */
            default: string;
            help: components["schemas"]["Words"];
            /**
             * Kind
             * @enum {string}
             */
            kind: "text" | "flag" | "number" | "choice";
            label: components["schemas"]["Words"];
            /** Name */
            name: string;
            /**
             * Pattern
             * @description A regular expression that a whole value must match; may be empty.
             */
            pattern: string;
            /** Required */
            required: boolean;
        };
        /**
         * ProviderList
         * @description All providers, by id.
         */
        ProviderList: {
            /** Items */
            items: components["schemas"]["ProviderView"][];
        };
        /**
         * ProviderView
         * @description A provider: all that the form of a channel needs to know.
         */
        ProviderView: {
            /**
             * Base Models
             * @description Format -> exact names.
             */
            base_models: {
                [key: string]: string[];
            };
            /**
             * Base Urls
             * @description The first is used when none is given; empty: one must be given.
             */
            base_urls: string[];
            /** Docs Url */
            docs_url: string;
            /** Fields */
            fields: components["schemas"]["ProviderField"][];
            /** Formats */
            formats: components["schemas"]["Format"][];
            /** Id */
            id: string;
            key_hint: components["schemas"]["Words"];
            /**
             * Key Pattern
             * @description A regular expression that a pasted key should match.
             */
            key_pattern: string;
            /** Key Required */
            key_required: boolean;
            /**
             * Lists Models
             * @description Whether its models can be fetched.
             */
            lists_models: boolean;
            name: components["schemas"]["Words"];
            /**
             * Place
             * @description Its place among those to offer first; 0: it is found by searching.
             */
            place: number;
        };
        /**
         * RatesIn
         * @description Dollars per million tokens or characters; per one image, second of audio, search or request. What is left out
         *     costs what its base rate costs (cached input: input; reasoning: output), or nothing.
         */
        RatesIn: {
            /** Audio Second */
            audio_second?: (string | number) | null;
            /** Batch Cached Input */
            batch_cached_input?: (string | number) | null;
            /** Batch Input */
            batch_input?: (string | number) | null;
            /** Batch Output */
            batch_output?: (string | number) | null;
            /** Cache Write */
            cache_write?: (string | number) | null;
            /** Cache Write 1H */
            cache_write_1h?: (string | number) | null;
            /** Cached Input */
            cached_input?: (string | number) | null;
            /** Cached Input Audio */
            cached_input_audio?: (string | number) | null;
            /** Character */
            character?: (string | number) | null;
            /** Image */
            image?: (string | number) | null;
            /** Input */
            input?: (string | number) | null;
            /** Input Audio */
            input_audio?: (string | number) | null;
            /** Input Image */
            input_image?: (string | number) | null;
            /** Output */
            output?: (string | number) | null;
            /** Output Audio */
            output_audio?: (string | number) | null;
            /** Output Image */
            output_image?: (string | number) | null;
            /** Reasoning */
            reasoning?: (string | number) | null;
            /** Request */
            request?: (string | number) | null;
            /** Search */
            search?: (string | number) | null;
            /** Tiers */
            tiers?: components["schemas"]["TierIn"][] | null;
            /** Training */
            training?: (string | number) | null;
        };
        /**
         * Reason
         * @description Why a channel stands where it does; those from DISABLED on are never asked.
         * @enum {string}
         */
        Reason: "candidate" | "resting" | "disabled" | "group" | "format" | "name";
        /**
         * RequestDetail
         * @description A request with its attempts, what it used, and how its charge came about.
         */
        RequestDetail: {
            /** Address */
            address: string;
            /** Attempts */
            attempts: number;
            /** Cached Tokens */
            cached_tokens: number;
            /**
             * Channel Id
             * @description 0: none answered; null for plain users.
             */
            channel_id: number | null;
            /** Channel Name */
            channel_name: string | null;
            /**
             * Charge Usd
             * @description Dollars as exact decimal text.
             * @example 200.00
             */
            charge_usd: string;
            /** Client */
            client: string;
            /** Created Ms */
            created_ms: number;
            /**
             * Dropped
             * @description Fields of the request that the upstream could not take.
             */
            dropped: string[];
            /** Duration Ms */
            duration_ms: number;
            /** Error Code */
            error_code: string;
            /**
             * First Ms
             * @description After created_ms: the first content went to the client; 0: none did.
             */
            first_ms: number;
            /** Format */
            format: string;
            /**
             * Forwarded Ms
             * @description After created_ms: the request went to the upstream.
             */
            forwarded_ms: number;
            /** Group */
            group: string;
            /** Id */
            id: string;
            /** Input Tokens */
            input_tokens: number;
            /**
             * Matched Ms
             * @description After created_ms: the channel was chosen.
             */
            matched_ms: number;
            /** Model */
            model: string;
            /** Output Tokens */
            output_tokens: number;
            /** @description null when nothing was charged. */
            price: components["schemas"]["Arithmetic"] | null;
            /**
             * Rule
             * @description The settlement rule that decided the charge.
             */
            rule: string;
            /**
             * Status
             * @description What the client was answered; 499 when it left.
             */
            status: number;
            /** Stream */
            stream: boolean;
            /** Token Id */
            token_id: number;
            /** Token Name */
            token_name: string | null;
            /** Tries */
            tries: components["schemas"]["AttemptView"][];
            /**
             * Upstream Model
             * @description What the channel calls the model; null for plain users.
             */
            upstream_model: string | null;
            /** Usage */
            usage: {
                [key: string]: unknown;
            };
            /** User Id */
            user_id: number;
            /** User Name */
            user_name: string | null;
        };
        /**
         * RequestPage
         * @description One page of requests, the newest first. It may come short, or empty, with `next` set: then look further.
         */
        RequestPage: {
            /** Items */
            items: components["schemas"]["RequestView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * RequestView
         * @description One request of a client.
         */
        RequestView: {
            /** Address */
            address: string;
            /** Attempts */
            attempts: number;
            /** Cached Tokens */
            cached_tokens: number;
            /**
             * Channel Id
             * @description 0: none answered; null for plain users.
             */
            channel_id: number | null;
            /** Channel Name */
            channel_name: string | null;
            /**
             * Charge Usd
             * @description Dollars as exact decimal text.
             * @example 200.00
             */
            charge_usd: string;
            /** Client */
            client: string;
            /** Created Ms */
            created_ms: number;
            /** Duration Ms */
            duration_ms: number;
            /** Error Code */
            error_code: string;
            /**
             * First Ms
             * @description After created_ms: the first content went to the client; 0: none did.
             */
            first_ms: number;
            /** Format */
            format: string;
            /**
             * Forwarded Ms
             * @description After created_ms: the request went to the upstream.
             */
            forwarded_ms: number;
            /** Group */
            group: string;
            /** Id */
            id: string;
            /** Input Tokens */
            input_tokens: number;
            /**
             * Matched Ms
             * @description After created_ms: the channel was chosen.
             */
            matched_ms: number;
            /** Model */
            model: string;
            /** Output Tokens */
            output_tokens: number;
            /**
             * Rule
             * @description The settlement rule that decided the charge.
             */
            rule: string;
            /**
             * Status
             * @description What the client was answered; 499 when it left.
             */
            status: number;
            /** Stream */
            stream: boolean;
            /** Token Id */
            token_id: number;
            /** Token Name */
            token_name: string | null;
            /**
             * Upstream Model
             * @description What the channel calls the model; null for plain users.
             */
            upstream_model: string | null;
            /** User Id */
            user_id: number;
            /** User Name */
            user_name: string | null;
        };
        /**
         * SessionView
         * @description Who is signed in. ``csrf`` must be sent as the header x-csrf-token with every request that changes something; it
         *     is null for a management token, which needs none.
         */
        SessionView: {
            /** Csrf */
            csrf: string | null;
            user: components["schemas"]["UserView"];
        };
        /**
         * SettingList
         * @description Every setting.
         */
        SettingList: {
            /** Items */
            items: components["schemas"]["SettingView"][];
            /**
             * Rev
             * @description Rises with each change; `If-Match: "rev"` lets a change be made from this.
             */
            rev: number;
        };
        /**
         * SettingsIn
         * @description Settings to change.
         */
        SettingsIn: {
            /** Values */
            values: {
                [key: string]: boolean | number | string;
            };
        };
        /**
         * SettingView
         * @description A setting and what it means.
         */
        SettingView: {
            /** About */
            about: string;
            /** Default */
            default: boolean | number | string;
            /** Key */
            key: string;
            /**
             * Least
             * @description The smallest number it takes.
             */
            least: number | null;
            /**
             * Most
             * @description The largest number it takes.
             */
            most: number | null;
            /** Value */
            value: boolean | number | string;
        };
        /**
         * Setup
         * @description The token of the one-time link, and the password to be.
         */
        Setup: {
            /** Password */
            password: string;
            /** Token */
            token: string;
        };
        /**
         * SignIn
         * @description A name and its password.
         */
        SignIn: {
            /** Name */
            name: string;
            /** Password */
            password: string;
        };
        /**
         * StandingView
         * @description One channel's place in the order.
         */
        StandingView: {
            /**
             * Bridged
             * @description Whether its answer is translated into the client's protocol.
             */
            bridged: boolean;
            /**
             * Chance
             * @description The probability that it is asked first.
             */
            chance: number;
            /** Channel Id */
            channel_id: number;
            /** Channel Name */
            channel_name: string;
            /**
             * Model
             * @description What the channel calls the model; of `name`: the channel's own name.
             */
            model: string;
            /** Priority */
            priority: number;
            /** Provider */
            provider: string;
            /**
             * Rank
             * @description Place in the order, from 0; of equal rank one is drawn by weight; -1: never asked.
             */
            rank: number;
            /** @description `candidate` and `resting` (asked when all candidates failed) are asked; the others never: `disabled`, `group` (not for this group), `format` (cannot answer this protocol), `name` (has a model of nearly this name). */
            reason: components["schemas"]["Reason"];
            /**
             * Rests For Ms
             * @description How much longer it rests; 0: it does not.
             */
            rests_for_ms: number;
            /** Weight */
            weight: number;
        };
        /**
         * Stats
         * @description Totals in order of time and key; buckets without requests are left out.
         */
        Stats: {
            /** Items */
            items: components["schemas"]["TotalView"][];
        };
        /**
         * StepView
         * @description One address that was tried.
         */
        StepView: {
            /** Advice */
            advice: string;
            /** Excerpt */
            excerpt: string;
            /** Method */
            method: string;
            /** Ok */
            ok: boolean;
            /** Status */
            status: number;
            /** Url */
            url: string;
        };
        /**
         * SummaryView
         * @description The filtered requests over time, added up, and how long they took.
         */
        SummaryView: {
            /** Bucket Ms */
            bucket_ms: number;
            /** Cached Tokens */
            cached_tokens: number;
            /** @description From a request's arrival to the end of its answer. */
            duration: components["schemas"]["TimingView"];
            /** Errors */
            errors: number;
            /**
             * Exact
             * @description Whether that is all of them; else a sample spread evenly over the time.
             */
            exact: boolean;
            /** @description To the first content; of the requests that have one. */
            first: components["schemas"]["TimingView"];
            /** Input Tokens */
            input_tokens: number;
            /**
             * Items
             * @description Stretches without any requests are left out.
             */
            items: components["schemas"]["BarView"][];
            /** Output Tokens */
            output_tokens: number;
            /** Requests */
            requests: number;
            /**
             * Sampled
             * @description How many requests the timings are made of.
             */
            sampled: number;
            /**
             * Since Ms
             * @description What lies before was not counted: there are too many requests.
             */
            since_ms: number;
            /**
             * Spend Usd
             * @description Dollars as exact decimal text.
             * @example 200.00
             */
            spend_usd: string;
        };
        /**
         * SystemView
         * @description What this installation is made of.
         */
        SystemView: {
            /**
             * Counts
             * @description How many channels, tokens, users and prices there are.
             */
            counts: {
                [key: string]: number;
            };
            /**
             * Database
             * @description sqlite or postgresql.
             */
            database: string;
            /**
             * Database Bytes
             * @description The space the database takes.
             */
            database_bytes: number;
            /** Database Version */
            database_version: string;
            /** Platform */
            platform: string;
            /** Python */
            python: string;
            /** Version */
            version: string;
        };
        /**
         * TestPlan
         * @description What to test: by default one model of every enabled channel.
         */
        TestPlan: {
            /** Channel Ids */
            channel_ids?: number[] | null;
            /**
             * Each Model
             * @description Every model that a channel lists, when no models are named.
             * @default false
             */
            each_model?: boolean;
            /**
             * Models
             * @description These models of each channel.
             */
            models?: string[] | null;
        };
        /**
         * TestView
         * @description What came of a test. It cost what such a call costs at the provider.
         */
        TestView: {
            /**
             * Answer
             * @description The beginning of the answer.
             */
            answer: string;
            format: components["schemas"]["Format"];
            /** Latency Ms */
            latency_ms: number;
            /**
             * Message
             * @description Why it failed, without secrets.
             */
            message: string;
            /** Model */
            model: string;
            /** Ok */
            ok: boolean;
            /**
             * Status
             * @description The upstream's HTTP status; 0 when nothing answered.
             */
            status: number;
        };
        /**
         * TestWish
         * @description What to test; by default the channel's first chat model, in the format the model is known for.
         */
        TestWish: {
            format?: components["schemas"]["Format"] | null;
            /**
             * Key Id
             * @description Which of its keys; by default the first that is enabled.
             */
            key_id?: number | null;
            /** Model */
            model?: string | null;
        };
        /**
         * TierIn
         * @description Rates for the whole request once its input passes a bound.
         */
        TierIn: {
            /** Above Input Tokens */
            above_input_tokens: number;
            /** Cache Write */
            cache_write?: (string | number) | null;
            /** Cache Write 1H */
            cache_write_1h?: (string | number) | null;
            /** Cached Input */
            cached_input?: (string | number) | null;
            /** Input */
            input?: (string | number) | null;
            /** Output */
            output?: (string | number) | null;
            /** Reasoning */
            reasoning?: (string | number) | null;
        };
        /**
         * TimingView
         * @description Milliseconds; null: no request says.
         */
        TimingView: {
            /** Median */
            median: number | null;
            /** P95 */
            p95: number | null;
        };
        /**
         * TokenPage
         * @description One page of tokens.
         */
        TokenPage: {
            /** Items */
            items: components["schemas"]["TokenView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * TokenPatch
         * @description What to change of a token; null lifts a limit.
         */
        TokenPatch: {
            /** Addresses */
            addresses?: string[] | null;
            /** Always Usage */
            always_usage?: boolean;
            /** Expires Ms */
            expires_ms?: number | null;
            /** Limit Usd */
            limit_usd?: (string | number) | null;
            /** Models */
            models?: string[] | null;
            /** Name */
            name?: string;
            /** Requests Per Minute */
            requests_per_minute?: number | null;
            /**
             * Status
             * @enum {string}
             */
            status?: "enabled" | "disabled";
        };
        /**
         * TokenView
         * @description A token, but for its key, which was shown when the token was created.
         */
        TokenView: {
            /**
             * Addresses
             * @description Where it may be used from; null: from anywhere.
             */
            addresses: string[] | null;
            /**
             * Always Usage
             * @description Whether every stream ends with a usage chunk, asked for or not.
             */
            always_usage: boolean;
            /** Created Ms */
            created_ms: number;
            /** Expires Ms */
            expires_ms: number | null;
            /** Id */
            id: number;
            /** Key Hint */
            key_hint: string;
            /**
             * Limit Usd
             * @description All it may ever spend; null: as much as its user has.
             */
            limit_usd: string | null;
            /**
             * Models
             * @description The models it may use; null: every model.
             */
            models: string[] | null;
            /** Name */
            name: string;
            /** Requests Per Minute */
            requests_per_minute: number | null;
            /**
             * Rev
             * @description Rises with each change; `If-Match: "rev"` lets a change be made from this.
             */
            rev: number;
            /**
             * Scope
             * @description relay: for clients of the models; management: for this API.
             * @enum {string}
             */
            scope: "relay" | "management";
            /**
             * Spent Usd
             * @description What of the limit is spent; null without a limit.
             */
            spent_usd: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "enabled" | "disabled";
            /** Updated Ms */
            updated_ms: number;
            /** User Id */
            user_id: number;
            /** User Name */
            user_name: string;
        };
        /**
         * TotalView
         * @description Sums over the requests of one bucket of time and one key.
         */
        TotalView: {
            /** Cached Tokens */
            cached_tokens: number;
            /**
             * Duration Ms
             * @description Sum over the requests.
             */
            duration_ms: number;
            /** Errors */
            errors: number;
            /** Input Tokens */
            input_tokens: number;
            /**
             * Key
             * @description The model, or the id of the channel, user or token; "" without `by`.
             */
            key: string;
            /**
             * Name
             * @description The name of the channel, user or token.
             */
            name: string | null;
            /** Output Tokens */
            output_tokens: number;
            /** Requests */
            requests: number;
            /**
             * Spend Usd
             * @description Dollars as exact decimal text.
             * @example 200.00
             */
            spend_usd: string;
            /** Start Ms */
            start_ms: number;
        };
        /**
         * TroubleList
         * @description The channels at which something went wrong.
         */
        TroubleList: {
            /**
             * Complete
             * @description false: only the newest failures were counted.
             */
            complete: boolean;
            /** Items */
            items: components["schemas"]["TroubleView"][];
        };
        /**
         * TroubleView
         * @description What went wrong at a channel within the last 24 hours.
         */
        TroubleView: {
            /** Channel Id */
            channel_id: number;
            /**
             * Failures
             * @description Failed attempts.
             */
            failures: number;
            /**
             * Last Ms
             * @description When the newest failed attempt's request was made.
             */
            last_ms: number;
            /** Message */
            message: string;
            /** Model */
            model: string;
            /** Outcome */
            outcome: string;
            /** Request Id */
            request_id: string;
            /**
             * Status
             * @description The upstream's HTTP status; 0: none.
             */
            status: number;
        };
        /**
         * UnpricedModel
         * @description A model that channels serve at the default price.
         */
        UnpricedModel: {
            /** Channels */
            channels: string[];
            /** Model */
            model: string;
        };
        /**
         * UnpricedModels
         * @description Models without a price of their own, and what they cost therefore.
         */
        UnpricedModels: {
            default: components["schemas"]["PriceView"] | null;
            /** Items */
            items: components["schemas"]["UnpricedModel"][];
        };
        /**
         * Unsaved
         * @description A channel as it stands in a form. With ``channel_id`` its stored key is used when none is given; of several keys
         *     the first.
         */
        Unsaved: {
            /**
             * Base Url
             * @default
             */
            base_url?: string;
            /** Channel Id */
            channel_id?: number | null;
            /** Key */
            key?: string | null;
            /** Model Mapping */
            model_mapping?: {
                [key: string]: string;
            };
            /** Options */
            options?: {
                [key: string]: string;
            };
            /** Provider */
            provider: string;
            /** Proxy Url */
            proxy_url?: string | null;
        };
        /**
         * UnsavedDiagnosis
         * @description An unsaved channel to diagnose.
         */
        UnsavedDiagnosis: {
            /**
             * Base Url
             * @default
             */
            base_url?: string;
            /** Channel Id */
            channel_id?: number | null;
            /** Key */
            key?: string | null;
            /** Model */
            model?: string | null;
            /** Model Mapping */
            model_mapping?: {
                [key: string]: string;
            };
            /** Options */
            options?: {
                [key: string]: string;
            };
            /** Provider */
            provider: string;
            /** Proxy Url */
            proxy_url?: string | null;
        };
        /**
         * UnsavedTest
         * @description An unsaved channel and what to test of it.
         */
        UnsavedTest: {
            /**
             * Base Url
             * @default
             */
            base_url?: string;
            /** Channel Id */
            channel_id?: number | null;
            format?: components["schemas"]["Format"] | null;
            /** Key */
            key?: string | null;
            /** Model */
            model: string;
            /** Model Mapping */
            model_mapping?: {
                [key: string]: string;
            };
            /** Options */
            options?: {
                [key: string]: string;
            };
            /** Provider */
            provider: string;
            /** Proxy Url */
            proxy_url?: string | null;
        };
        /**
         * Urls
         * @description What is called for each format.
         */
        Urls: {
            /** Urls */
            urls: {
                [key: string]: string;
            };
        };
        /**
         * UserPage
         * @description One page of users.
         */
        UserPage: {
            /** Items */
            items: components["schemas"]["UserView"][];
            /**
             * Next
             * @description The cursor of the following page; null at the end.
             */
            next?: string | null;
            /**
             * Total
             * @description How many there are in all, if it was asked for.
             */
            total?: number | null;
        };
        /**
         * UserPatch
         * @description What to change of a user.
         */
        UserPatch: {
            /** Group */
            group?: string;
            /** Name */
            name?: string;
            /** Password */
            password?: string;
            /** Remark */
            remark?: string;
            /**
             * Role
             * @enum {string}
             */
            role?: "root" | "admin" | "user";
            /**
             * Status
             * @enum {string}
             */
            status?: "enabled" | "disabled";
        };
        /**
         * UserView
         * @description A user.
         */
        UserView: {
            /**
             * Balance Usd
             * @description Dollars as exact decimal text.
             * @example 200.00
             */
            balance_usd: string;
            /** Created Ms */
            created_ms: number;
            /** Group */
            group: string;
            /**
             * Has Password
             * @description Whether the user can sign in.
             */
            has_password: boolean;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Remark */
            remark: string;
            /**
             * Rev
             * @description Rises with each change; `If-Match: "rev"` lets a change be made from this.
             */
            rev: number;
            /**
             * Role
             * @enum {string}
             */
            role: "root" | "admin" | "user";
            /**
             * Spent Usd
             * @description Dollars as exact decimal text.
             * @example 200.00
             */
            spent_usd: string;
            /**
             * Status
             * @enum {string}
             */
            status: "enabled" | "disabled";
            /** Updated Ms */
            updated_ms: number;
        };
        /**
         * Words
         * @description A text in the console's languages.
         */
        Words: {
            /** En */
            en: string;
            /** Zh */
            zh: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_audit: {
        parameters: {
            query?: {
                action?: string | null;
                actor_id?: number | null;
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description The most items of one page. */
                limit?: number;
                /** @description A field to sort by, `-` before it: descending. */
                sort?: string;
                target?: string | null;
                /** @description Whether to count all items. */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_channels: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                group?: string | null;
                /** @description The most items of one page. */
                limit?: number;
                /** @description An exact name the channel lists or maps. */
                model?: string | null;
                provider?: string | null;
                /** @description Part of the name, in any case. */
                search?: string | null;
                /** @description A field to sort by, `-` before it: descending. */
                sort?: string;
                status?: ("enabled" | "disabled") | null;
                /** @description Whether to count all items. */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelPage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_channel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_channel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `rev` it was read with, in quotes: refused with a 412 when it was changed since. */
                "if-match"?: string | null;
            };
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelPatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It was changed since it was read with the `rev` in `If-Match`. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    diagnose_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DiagnosisWish"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diagnosis"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    test_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TestWish"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_channel_urls: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Urls"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    bulk_update_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkDone"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    diagnose_unsaved_channel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UnsavedDiagnosis"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diagnosis"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    fetch_upstream_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelSource"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FetchedModels"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    resolve_channel_urls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Unsaved"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Urls"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    test_unsaved_channel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UnsavedTest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    test_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestPlan"];
            };
        };
        responses: {
            /** @description Server-sent events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_groups: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description The most items of one page. */
                limit?: number;
                /** @description A field to sort by, `-` before it: descending. */
                sort?: string;
                /** @description Whether to count all items. */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupPage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_group: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewGroup"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `rev` it was read with, in quotes: refused with a 412 when it was changed since. */
                "if-match"?: string | null;
            };
            path: {
                group_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupPatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It was changed since it was read with the `rev` in `If-Match`. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_prices: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description The most items of one page. */
                limit?: number;
                /** @description An exact name. */
                model?: string | null;
                origin?: string | null;
                /** @description Part of the name, in any case. */
                search?: string | null;
                /** @description A field to sort by, `-` before it: descending. */
                sort?: string;
                /** @description Whether to count all items. */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PricePage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    set_price: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `rev` it was read with, in quotes: refused with a 412 when it was changed since. */
                "if-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PriceIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PriceView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It was changed since it was read with the `rev` in `If-Match`. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_price: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                price_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    import_prices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PriceFile"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportDone"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_unpriced_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnpricedModels"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderList"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_requests: {
        parameters: {
            query?: {
                channel_id?: number | null;
                cursor?: string | null;
                /** @description Exactly this request. */
                id?: string | null;
                limit?: number;
                min_duration_ms?: number | null;
                model?: string | null;
                since_ms?: number | null;
                /** @description ok, error, or one HTTP status. */
                status?: ("ok" | "error") | string | null;
                token_id?: number | null;
                /** @description Exclusive. */
                until_ms?: number | null;
                user_id?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestPage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_request: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestDetail"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_request_facets: {
        parameters: {
            query?: {
                channel_id?: number | null;
                /** @description Exactly this request. */
                id?: string | null;
                min_duration_ms?: number | null;
                model?: string | null;
                since_ms?: number | null;
                /** @description ok, error, or one HTTP status. */
                status?: ("ok" | "error") | string | null;
                token_id?: number | null;
                /** @description Exclusive. */
                until_ms?: number | null;
                user_id?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FacetsView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    watch_requests: {
        parameters: {
            query?: {
                channel_id?: number | null;
                /** @description Exactly this request. */
                id?: string | null;
                min_duration_ms?: number | null;
                model?: string | null;
                since_ms?: number | null;
                /** @description ok, error, or one HTTP status. */
                status?: ("ok" | "error") | string | null;
                token_id?: number | null;
                /** @description Exclusive. */
                until_ms?: number | null;
                user_id?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_request_summary: {
        parameters: {
            query: {
                channel_id?: number | null;
                /** @description Exactly this request. */
                id?: string | null;
                min_duration_ms?: number | null;
                model?: string | null;
                since_ms: number;
                /** @description ok, error, or one HTTP status. */
                status?: ("ok" | "error") | string | null;
                token_id?: number | null;
                /** @description Exclusive. */
                until_ms: number;
                user_id?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SummaryView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    explain_routing: {
        parameters: {
            query: {
                /** @description The protocol it asks in. */
                format?: components["schemas"]["Format"];
                /** @description The group, when no token is given; `default` by default. */
                group?: string | null;
                /** @description The exact name a client asks for. */
                model: string;
                /** @description Whose request: the token's user decides the group. */
                token_id?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_troubles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TroubleList"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    finish_setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Setup"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingList"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_settings: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `rev` it was read with, in quotes: refused with a 412 when it was changed since. */
                "if-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SettingList"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It was changed since it was read with the `rev` in `If-Match`. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_stats: {
        parameters: {
            query: {
                bucket?: "none" | "minute" | "hour" | "day";
                by?: components["schemas"]["Dimension"];
                channel_id?: number | null;
                model?: string | null;
                /** @description The time zone's distance from UTC. */
                offset_minutes?: number;
                since_ms: number;
                token_id?: number | null;
                /** @description How many users or tokens to tell apart: those that were charged most. */
                top?: number;
                /** @description Exclusive. */
                until_ms: number;
                user_id?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_system: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description The most items of one page. */
                limit?: number;
                scope?: ("relay" | "management") | null;
                /** @description Part of the name, in any case. */
                search?: string | null;
                /** @description A field to sort by, `-` before it: descending. */
                sort?: string;
                status?: ("enabled" | "disabled") | null;
                /** @description Whether to count all items. */
                total?: boolean;
                user_id?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `rev` it was read with, in quotes: refused with a 412 when it was changed since. */
                "if-match"?: string | null;
            };
            path: {
                token_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenPatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It was changed since it was read with the `rev` in `If-Match`. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                group?: string | null;
                /** @description The most items of one page. */
                limit?: number;
                role?: ("root" | "admin" | "user") | null;
                /** @description Part of the name, in any case. */
                search?: string | null;
                /** @description A field to sort by, `-` before it: descending. */
                sort?: string;
                status?: ("enabled" | "disabled") | null;
                /** @description Whether to count all items. */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    update_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `rev` it was read with, in quotes: refused with a 412 when it was changed since. */
                "if-match"?: string | null;
            };
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It was changed since it was read with the `rev` in `If-Match`. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    set_user_balance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBalance"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    adjust_user_balance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BalanceChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_user_entries: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description The most items of one page. */
                limit?: number;
                /** @description A field to sort by, `-` before it: descending. */
                sort?: string;
                /** @description Whether to count all items. */
                total?: boolean;
            };
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryPage"];
                };
            };
            /** @description The request is not JSON, or its cursor is not one of this list's. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Nobody is signed in, or the management token is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The caller's role does not allow it, or the request may be forged. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There is no such thing, or the caller may not know of it. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Something else stands in the way: a taken name, the last root user. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A field is missing, unknown or does not fit; `param` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Too many attempts; `retry-after` says when to come back. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The database is away. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
